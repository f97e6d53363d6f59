import { type Kysely, type RawBuilder, sql } from 'kysely';
import { isUnpriced } from '../pricing/cost.ts';
import type { CallToPrice } from '../pricing/price.ts';
import type { PricedCall, Unpriced } from '../pricing/types.ts';
import { NO_COUNTS, type Usage } from '../usage.ts';
import { rowsFrom } from './facts.ts';
import { type CallRow, pages } from './reports/rows.ts';
import { startOf } from './reports/spans.ts';
import type { Moment } from './reports/types.ts';
import { byClass, type UsageDetails } from './row.ts';
import type { SqlStatement, Store } from './stores/store.ts';
import { additions } from './sums.ts';
import { type Tables, toNumber } from './tables.ts';

export interface RepriceOptions {
  readonly since: Moment;
  readonly timeZone?: string | undefined;
  price(call: CallToPrice): PricedCall | Unpriced;
  /** The model behind each deployment. */
  readonly deployments?: Readonly<Record<string, string>> | undefined;
  /** Only says what would change. */
  readonly isDry?: boolean | undefined;
  onProgress?(calls: number): void;
}

/** What a table of prices changed, of one model. */
export interface Repriced {
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  readonly beforePicoUsd: bigint;
  readonly afterPicoUsd: bigint;
}

export interface RepriceResult {
  readonly calls: number;
  readonly changed: readonly Repriced[];
  /** Calls that had a cost and have no price now: they keep their cost. */
  readonly kept: number;
  /** Calls of before are not on record any more: their sums stay as they are. */
  readonly missingBefore: Date | undefined;
}

/** Prices calls again, at the prices of their day. Calls whose cost stays are left alone, with their price version. */
export async function reprice(store: Store, options: RepriceOptions): Promise<RepriceResult> {
  const db = await store.kysely();
  const firstRow = await rowsFrom(db);
  const isPartial = startOf(options.since, options.timeZone ?? 'UTC') < firstRow;
  const changed = new Map<string, { -readonly [K in keyof Repriced]: Repriced[K] }>();
  let calls = 0;
  let kept = 0;
  for await (const page of pages(db, { from: options.since, timeZone: options.timeZone })) {
    const changes: Change[] = [];
    for (const row of page) {
      if (row.input_tokens === null) continue;
      const priced = options.price(callOf(row, options.deployments ?? {}));
      if (isUnpriced(priced)) {
        if (row.cost_pico_usd !== null) kept++;
        continue;
      }
      if (row.cost_pico_usd !== null && BigInt(row.cost_pico_usd) === priced.picoUsd) continue;
      changes.push({ row, priced });
      note(changed, row, priced);
    }
    if (changes.length > 0 && !options.isDry) await store.run(statementsFor(db, changes));
    calls += page.length;
    options.onProgress?.(page.length);
  }
  const missingBefore = isPartial ? new Date(firstRow) : undefined;
  return { calls, changed: [...changed.values()], kept, missingBefore };
}

interface Change {
  readonly row: CallRow;
  readonly priced: PricedCall;
}

/** Takes the calls out of the sums, changes them, and adds them again: together, or not at all. */
function statementsFor(db: Kysely<Tables>, changes: readonly Change[]): SqlStatement[] {
  const which: RawBuilder<boolean> = sql`seq in (${sql.join(changes.map(({ row }) => sql.lit(toNumber(row.seq))))})`;
  const updates = changes.map(({ row, priced }) =>
    db
      .updateTable('calls')
      .set({
        cost_pico_usd: priced.picoUsd,
        cost_by_class: byClass(priced),
        price_version: priced.tableVersion,
        confidence: priced.confidence,
        unpriced: null,
      })
      .where('id', '=', row.id)
      .compile(),
  );
  return [...additions(db, which, -1), ...updates, ...additions(db, which)];
}

function note(changed: Map<string, Repriced>, row: CallRow, priced: PricedCall): void {
  const model = row.response_model ?? row.request_model ?? '';
  const key = `${row.provider} ${model}`;
  const before = changed.get(key) ?? {
    provider: row.provider,
    model,
    calls: 0,
    beforePicoUsd: 0n,
    afterPicoUsd: 0n,
  };
  changed.set(key, {
    ...before,
    calls: before.calls + 1,
    beforePicoUsd: before.beforePicoUsd + BigInt(row.cost_pico_usd ?? 0),
    afterPicoUsd: before.afterPicoUsd + priced.picoUsd,
  });
}

function callOf(row: CallRow, deployments: Readonly<Record<string, string>>): CallToPrice {
  const requested = row.request_model ?? undefined;
  const isDeployment = requested !== undefined && Object.hasOwn(deployments, requested);
  const { endpointRegion, ...details } = detailsOf(row);
  return {
    provider: row.price_list,
    vendor: row.provider,
    model: [row.response_model ?? undefined, isDeployment ? deployments[requested] : requested],
    usage: usageOf(row, details),
    region: endpointRegion,
    at: new Date(toNumber(row.time)),
  };
}

function detailsOf({ usage_details: json }: CallRow): UsageDetails {
  return json === null ? {} : JSON.parse(json);
}

function usageOf(row: CallRow, details: Omit<UsageDetails, 'endpointRegion'>): Usage {
  const {
    cacheWriteByLifetime = NO_COUNTS,
    cachedAudio,
    cachedImage,
    serverTools = NO_COUNTS,
    ...rest
  } = details;
  const total = toNumber(row.input_tokens);
  const cacheRead = toNumber(row.cache_read_tokens);
  const cacheWrite = toNumber(row.cache_write_tokens);
  const output = toNumber(row.output_tokens);
  const audio = toNumber(row.output_audio_tokens);
  const image = toNumber(row.output_image_tokens);
  return {
    ...rest,
    input: {
      total,
      uncached: total - cacheRead - cacheWrite,
      cacheRead,
      cacheWrite,
      cacheWriteByLifetime,
      audio: toNumber(row.input_audio_tokens),
      image: toNumber(row.input_image_tokens),
      ...(cachedAudio !== undefined && { cachedAudio }),
      ...(cachedImage !== undefined && { cachedImage }),
    },
    output: {
      total: output,
      text: output - audio - image,
      reasoning: toNumber(row.reasoning_tokens),
      audio,
      image,
    },
    ...(row.service_tier !== null && { serviceTier: row.service_tier }),
    serverTools,
    raw: undefined,
  };
}
