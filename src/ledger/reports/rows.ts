import { type Kysely, type Selectable, sql } from 'kysely';
import { usdFromPico } from '../../pricing/cost.ts';
import { type CallsTable, type Tables, toNumber } from '../tables.ts';
import { endOf, startOf } from './spans.ts';
import type { Period } from './summaries.ts';
import type { Where } from './types.ts';
import { columnOf, condition } from './usage.ts';

/** One call, as it is on record. */
export interface LedgerCall {
  readonly id: string;
  readonly time: Date;
  readonly requestId: string | undefined;
  readonly provider: string;
  readonly operation: string;
  readonly endpoint: string | undefined;
  readonly requestModel: string | undefined;
  readonly responseModel: string | undefined;
  readonly requests: number;
  readonly inputTokens: number | undefined;
  readonly cacheReadTokens: number | undefined;
  readonly cacheWriteTokens: number | undefined;
  readonly inputAudioTokens: number | undefined;
  readonly inputImageTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly reasoningTokens: number | undefined;
  readonly outputAudioTokens: number | undefined;
  readonly outputImageTokens: number | undefined;
  readonly totalTokens: number | undefined;
  readonly costUsd: number | undefined;
  /** The same, exactly, in 1e-12 dollars. */
  readonly picoUsd: bigint | undefined;
  readonly picoUsdByClass: Readonly<Record<string, bigint>> | undefined;
  readonly priceVersion: string | undefined;
  readonly confidence: string | undefined;
  /** Why there is usage and no cost. */
  readonly unpriced: string | undefined;
  /** Why there is no, or no complete, usage. */
  readonly unmetered: string | undefined;
  readonly estimated: boolean;
  readonly user: string | undefined;
  readonly team: string | undefined;
  readonly feature: string | undefined;
  readonly outcome: string;
  readonly errorType: string | undefined;
  readonly latencyMs: number | undefined;
  readonly firstChunkMs: number | undefined;
  readonly serviceTier: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

export interface CallsQuery extends Period {
  readonly where?: Where | undefined;
}

export type CallRow = Selectable<CallsTable>;

const PAGE = 2000;

/** Calls in the order of time, page by page: however many there are, few are in memory. */
export async function* pages(
  db: Kysely<Tables>,
  { from, to, timeZone = 'UTC', where = {} }: CallsQuery,
): AsyncGenerator<readonly CallRow[]> {
  const end = to === undefined ? Number.MAX_SAFE_INTEGER : endOf(to, timeZone);
  let time = from === undefined ? 0 : startOf(from, timeZone);
  let seq = -1;
  const conditions = Object.entries(where).map(([name, wanted]) => condition(name, columnOf(name), wanted));
  for (;;) {
    const after = sql<boolean>`(time, seq) > (${time}, ${seq})`;
    let page = db.selectFrom('calls').selectAll().where(after).where('time', '<', end);
    for (const only of conditions) page = page.where(only);
    const rows = await page.orderBy('time').orderBy('seq').limit(PAGE).execute();
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    time = toNumber(last.time);
    seq = toNumber(last.seq);
  }
}

export function callOf(row: CallRow): LedgerCall {
  const picoUsd = row.cost_pico_usd === null ? undefined : BigInt(row.cost_pico_usd);
  return {
    id: row.id,
    time: new Date(toNumber(row.time)),
    requestId: text(row.request_id),
    provider: row.provider,
    operation: row.operation,
    endpoint: text(row.endpoint),
    requestModel: text(row.request_model),
    responseModel: text(row.response_model),
    requests: toNumber(row.requests),
    inputTokens: count(row.input_tokens),
    cacheReadTokens: count(row.cache_read_tokens),
    cacheWriteTokens: count(row.cache_write_tokens),
    inputAudioTokens: count(row.input_audio_tokens),
    inputImageTokens: count(row.input_image_tokens),
    outputTokens: count(row.output_tokens),
    reasoningTokens: count(row.reasoning_tokens),
    outputAudioTokens: count(row.output_audio_tokens),
    outputImageTokens: count(row.output_image_tokens),
    totalTokens: count(row.total_tokens),
    costUsd: picoUsd === undefined ? undefined : usdFromPico(picoUsd),
    picoUsd,
    picoUsdByClass: row.cost_by_class === null ? undefined : classesOf(row.cost_by_class),
    priceVersion: text(row.price_version),
    confidence: text(row.confidence),
    unpriced: text(row.unpriced),
    unmetered: text(row.unmetered),
    estimated: toNumber(row.estimated) === 1,
    user: text(row.user_id),
    team: text(row.team),
    feature: text(row.feature),
    outcome: row.outcome,
    errorType: text(row.error_type),
    latencyMs: count(row.latency_ms),
    firstChunkMs: count(row.first_chunk_ms),
    serviceTier: text(row.service_tier),
    traceId: text(row.trace_id),
    spanId: text(row.span_id),
  };
}

/** All digits: as a number, JSON would lose some of the largest. */
export function classesOf(json: string): Record<string, bigint> {
  return Object.fromEntries(
    [...json.matchAll(/"(\w+)":(\d+)/g)].map(([, name = '', digits = '']) => [name, BigInt(digits)]),
  );
}

function text(value: string | null): string | undefined {
  return value ?? undefined;
}

function count(value: number | bigint | string | null): number | undefined {
  return value === null ? undefined : Number(value);
}
