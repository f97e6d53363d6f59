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
  /** Of a CSV file: the columns that it is known by. */
  readonly columns?: readonly string[];
  /** Of JSON: whether this is a result in a bucket. */
  isResult?(result: Fields): boolean;
  /** One line of CSV, or one result with its bucket. */
  line(fields: Fields): ProviderLine | undefined;
}

export type Fields = Readonly<Record<string, unknown>>;
