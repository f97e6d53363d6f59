import type { SettledCall } from '../calls/pipeline.ts';
import { cleanLabel } from '../label.ts';
import type { Cost, CostClass } from '../pricing/types.ts';
import type { Usage } from '../usage.ts';
import { BETWEEN_VALUES } from './columns.ts';

/**
 * The row of a call, as text: the values in the order of `CALL_COLUMNS`. It is made while the app waits, so
 * it is what costs least to make, to keep and to hand to another thread.
 */
export function rowOf(call: SettledCall, id: string): string {
  const { usage, cost, who, durationSeconds, timeToFirstChunkSeconds } = call;
  const input = usage?.input;
  const output = usage?.output;
  const trace = call.span?.spanContext();
  return [
    id,
    call.startedAtMs,
    clean(call.responseId),
    call.provider,
    call.priceList,
    call.operation,
    clean(call.endpoint),
    call.requestModel,
    call.responseModel,
    call.requests,
    input?.total,
    input?.cacheRead,
    input?.cacheWrite,
    input?.audio,
    input?.image,
    output?.total,
    output?.reasoning,
    output?.audio,
    output?.image,
    input && output && input.total + output.total,
    usage && detailsOf(usage, call.endpointRegion),
    cost?.picoUsd,
    cost && byClass(cost),
    cost?.tableVersion,
    cost?.confidence,
    clean(call.unpriced),
    call.unmetered,
    usage?.estimated ? 1 : 0,
    who.shownUser,
    who.team,
    who.feature,
    call.outcome,
    call.errorType,
    milliseconds(durationSeconds),
    milliseconds(timeToFirstChunkSeconds),
    clean(usage?.serviceTier),
    trace?.traceId,
    trace?.spanId,
  ].join(BETWEEN_VALUES);
}

/** Nearly all are clean, and to see that costs less than to clean them. */
const CLEAN = /^[\w./:-]{0,256}$/;

function clean(value: string | undefined): string | undefined {
  return value === undefined || CLEAN.test(value) ? value : cleanLabel(value);
}

/** What only few calls have, and their price depends on. */
export type UsageDetails = Partial<
  Pick<Usage, 'speed' | 'region' | 'serverTools' | 'units' | 'parts' | 'billedElsewhere' | 'unclear'> & {
    /** Of the server that was asked, where prices differ by it. */
    endpointRegion: string;
    cacheWriteByLifetime: Readonly<Record<string, number>>;
    cachedAudio: number;
    cachedImage: number;
  }
>;

function detailsOf(usage: Usage, endpointRegion: string | undefined): string | undefined {
  const { input, speed, region, serverTools, units, parts, billedElsewhere, unclear } = usage;
  const { cacheWriteByLifetime, cachedAudio, cachedImage } = input;
  const hasLifetimes = !isEmpty(cacheWriteByLifetime);
  const hasTools = !isEmpty(serverTools);
  const isPlain =
    !hasLifetimes &&
    !hasTools &&
    speed === undefined &&
    region === undefined &&
    units === undefined &&
    parts === undefined &&
    billedElsewhere === undefined &&
    unclear === undefined &&
    endpointRegion === undefined &&
    cachedAudio === undefined &&
    cachedImage === undefined;
  if (isPlain) return undefined;
  const details: UsageDetails = {
    ...(hasLifetimes && { cacheWriteByLifetime }),
    ...(cachedAudio !== undefined && { cachedAudio }),
    ...(cachedImage !== undefined && { cachedImage }),
    ...(speed !== undefined && { speed }),
    ...(region !== undefined && { region }),
    ...(hasTools && { serverTools }),
    ...(units !== undefined && { units }),
    ...(parts !== undefined && { parts }),
    ...(billedElsewhere && { billedElsewhere }),
    ...(unclear !== undefined && { unclear }),
    ...(endpointRegion !== undefined && { endpointRegion }),
  };
  return JSON.stringify(details);
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}

/** JSON with all digits: a number of JavaScript's would not hold every amount. */
export function byClass({ byClass: classes }: Pick<Cost, 'byClass'>): string {
  let json = '';
  for (const name in classes) json += `${json ? ',' : '{'}"${name}":${classes[name as CostClass]}`;
  return json ? `${json}}` : '{}';
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}
