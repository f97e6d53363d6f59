import type { Destination } from './destinations.ts';
import { isPatched, registry, type SdkFacts } from './loading/found.ts';
import { unmeteredSdks } from './loading/load-order.ts';
import { type LoaderHooks, loaderHooks } from './loading/loader.ts';
import { inRange } from './loading/version-range.ts';
import { providers } from './providers/index.ts';
import { VERSION } from './version.ts';

/** What a running meter sees of its process. */
export interface Diagnosis {
  /** The version of tokenmeter. */
  readonly version: string;
  /** How ES modules are seen as they are loaded. */
  readonly loaderHooks: LoaderHooks;
  /** Every build of an SDK that this process has loaded, or was handed to `manuallyInstrument`. */
  readonly sdks: readonly SdkDiagnosis[];
  readonly metrics: readonly Destination[];
  readonly traces: readonly Destination[];
  /** Why calls, or metrics, are missing: a sentence each. Empty when all is well. */
  readonly problems: readonly string[];
}

/** One build of an SDK: its CommonJS and its ES module classes are different ones. */
export interface SdkDiagnosis {
  /** `openai` or `@anthropic-ai/sdk`. */
  readonly module: string;
  /** Undefined where the SDK does not say. */
  readonly version: string | undefined;
  /** Whether it is one of the versions that tokenmeter was tested with; undefined as the version. */
  readonly tested: boolean | undefined;
  /** Undefined for classes handed over: a bundler may have made them of either. */
  readonly format: SdkFacts['format'];
  /** What showed its class to the meter; undefined when nothing did. */
  readonly by: SdkFacts['by'] | undefined;
  readonly metered: boolean;
}

/** The SDKs of this process, as all meters in it see them. */
export function diagnoseSdks(): SdkDiagnosis[] {
  const { clients, withoutSeam } = registry();
  return [
    ...[...clients.values()].map((client) => diagnose(client, client.by, isPatched(client.prototype))),
    ...withoutSeam.map((facts) => diagnose(facts, facts.by, false)),
    ...unknownSdks().map((facts) => diagnose(facts, undefined, false)),
  ];
}

/** Loaded before any meter: nobody was shown their classes. */
function unknownSdks() {
  const known = [...registry().clients.values()];
  return unmeteredSdks().filter(
    ({ module, version, format }) =>
      !known.some(
        (client) => client.module === module && client.version === version && client.format === format,
      ),
  );
}

function diagnose(
  { module, version, format }: Pick<SdkFacts, 'module' | 'version' | 'format'>,
  by: SdkDiagnosis['by'],
  metered: boolean,
): SdkDiagnosis {
  const tested = providers.find(({ sdk }) => sdk.module === module)?.sdk.versions;
  return {
    module,
    version,
    tested: version === undefined || tested === undefined ? undefined : inRange(version, tested),
    format,
    by,
    metered,
  };
}

interface Destinations {
  metrics: readonly Destination[];
  traces: readonly Destination[];
  problems: readonly string[];
}

export function diagnosis(destinations: Destinations): Diagnosis {
  const sdks = diagnoseSdks();
  const unmetered = sdks.filter(({ metered }) => !metered);
  return {
    version: VERSION,
    loaderHooks: loaderHooks(),
    sdks,
    metrics: destinations.metrics,
    traces: destinations.traces,
    problems: [
      ...(sdks.length === 0 ? ['no SDK is loaded'] : []),
      ...unmetered.map(({ module, version = '(version unknown)' }) => `${module} ${version} is not metered`),
      ...destinations.problems,
    ],
  };
}
