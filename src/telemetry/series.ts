import type { Attributes } from '@opentelemetry/api';
import type { Outcome, SettledCall } from '../calls/pipeline.ts';
import type { Usage } from '../usage.ts';
import { whatLabels, whoLabels } from './labels.ts';

/** Token counts of one series by modality. What the provider does not call audio or image is text. */
type ByModality = Record<'text' | 'audio' | 'image', number>;

/** The running sums of all calls of one user with one model. */
export interface Series {
  /** Made once; every observation of the series passes the same object. */
  readonly labels: Attributes;
  /** The part of the labels that says what was called. */
  readonly what: Attributes;
  readonly inputTokens: ByModality;
  readonly outputTokens: ByModality;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  reasoningTokens: number;
  /** In 1e-12 dollars. Undefined until a call had a price: unknown is not free. */
  costPicoUsd: bigint | undefined;
  requests: Partial<Record<Outcome, number>>;
  seconds: number;
}

/** All series of a meter: one look-up per call, read as a whole at collection. */
export class SeriesTable {
  readonly #all: Series[] = [];
  /** By provider, operation, request model, response model, user, team and feature. */
  readonly #index: KeyTree = new Map();

  [Symbol.iterator](): Iterator<Series> {
    return this.#all.values();
  }

  /** Adds a call to the series it belongs to, which is returned. */
  add(call: SettledCall): Series {
    const series = this.#find(call);
    series.requests[call.outcome] = (series.requests[call.outcome] ?? 0) + call.requests;
    series.seconds += call.durationSeconds ?? 0;
    if (call.cost) series.costPicoUsd = (series.costPicoUsd ?? 0n) + call.cost.picoUsd;
    if (call.usage) addUsage(series, call.usage);
    return series;
  }

  #find(call: SettledCall): Series {
    const { who } = call;
    const operation = branch(branch(this.#index, call.provider), call.operation);
    const what = branch(branch(operation, call.requestModel), call.responseModel);
    const leaves = branch(branch(what, who.user), who.team) as Map<unknown, Series>;
    let series = leaves.get(who.feature);
    if (!series) {
      series = newSeries(call);
      leaves.set(who.feature, series);
      this.#all.push(series);
    }
    return series;
  }
}

/**
 * A tree of Maps, a level for each part of the key. Joining the parts into one string would build and
 * hash that string anew for every call.
 */
type KeyTree = Map<unknown, unknown>;

function branch(tree: KeyTree, key: unknown): KeyTree {
  let next = tree.get(key) as KeyTree | undefined;
  if (!next) {
    next = new Map();
    tree.set(key, next);
  }
  return next;
}

function addUsage(series: Series, { input, output }: Usage): void {
  series.inputTokens.text += input.total - input.audio - input.image;
  series.inputTokens.audio += input.audio;
  series.inputTokens.image += input.image;
  series.outputTokens.text += output.text;
  series.outputTokens.audio += output.audio;
  series.outputTokens.image += output.image;
  series.cacheReadTokens += input.cacheRead;
  series.cacheWriteTokens += input.cacheWrite;
  series.reasoningTokens += output.reasoning;
}

function newSeries(call: SettledCall): Series {
  const what = whatLabels(call);
  return {
    what,
    labels: { ...whoLabels(call), ...what },
    inputTokens: { text: 0, audio: 0, image: 0 },
    outputTokens: { text: 0, audio: 0, image: 0 },
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    costPicoUsd: undefined,
    requests: {},
    seconds: 0,
  };
}
