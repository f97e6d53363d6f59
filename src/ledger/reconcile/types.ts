import type { Where } from '../reports/types.ts';

/** What a provider says of one day, in UTC, and one model. What its export does not tell is undefined. */
export interface ProviderLine {
  readonly day: string;
  /** As the export names it; undefined where it is not by model. */
  readonly model: string | undefined;
  readonly requests?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly costUsd?: number | undefined;
}

/** One form in which a provider exports usage or costs. */
export interface ExportFormat {
  readonly name: string;
  readonly provider: string;
  /** Which of the provider's calls it is of. Default: all. */
  readonly calls?: Where;
  /** Whether a CSV file with these columns is one. */
  isTable?(columns: readonly string[]): boolean;
  /** Whether this is a result in a bucket of JSON, or a bucket without results. */
  isResult?(result: Fields): boolean;
  /** One line of CSV, or one result with its bucket; undefined where nothing was used. */
  line(fields: Fields): ProviderLine | undefined;
}

export type Fields = Readonly<Record<string, unknown>>;
