import type { LoaderHooks } from '../loading/loader.ts';

/** `info` says how things are; a problem is a reason why calls or metrics are missing. */
export type Level = 'ok' | 'info' | 'warning' | 'problem';

export interface Finding {
  readonly section: Section;
  readonly level: Level;
  /** What it is about: a package, a variable. */
  readonly subject: string;
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string | undefined;
}

export type Section = 'Runtime' | 'SDKs' | 'OpenTelemetry' | 'Exporters' | 'Environment';

/** A package in a node_modules folder. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly path: string;
}

/** What became of one build of a package, loaded in a process that `tokenmeter/register` started. */
export interface LoadedBuild {
  readonly format: 'CommonJS' | 'ES module';
  /** Why it cannot be loaded. */
  readonly error?: string | undefined;
  /** Whether a class with the seam came with it, and whether that class is metered. */
  readonly client: boolean;
  readonly metered: boolean;
}

export interface LoadedSdk extends InstalledPackage {
  /** Whether tokenmeter was tested with this version; undefined for vendors' clients, which inherit from an SDK. */
  readonly tested: boolean | undefined;
  readonly builds: readonly LoadedBuild[];
}

export interface DoctorReport {
  readonly folder: string;
  /** Whether the calls of an app in this folder would be metered, and the metrics served or sent. */
  readonly works: boolean;
  readonly node: string;
  readonly tokenmeter: string;
  readonly loaderHooks: LoaderHooks;
  readonly sdks: readonly LoadedSdk[];
  readonly opentelemetry: readonly InstalledPackage[];
  readonly findings: readonly Finding[];
}
