import type { SettledCall } from '../../src/calls/pipeline.ts';
import { type CallFacts, settled } from '../telemetry/calls.ts';

/** A settled call at a certain time. */
export function callAt(time: string, facts: CallFacts & Partial<SettledCall> = {}): SettledCall {
  const { user, team, feature, model, picoUsd, outcome, ...more } = facts;
  const known = { user, team, feature, model, picoUsd, outcome };
  const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return { ...settled(given), startedAtMs: Date.parse(time), ...more };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
