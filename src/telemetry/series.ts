import type { Attributes } from '@opentelemetry/api';
import type { Outcome, SettledCall } from '../call.ts';
import { whatLabels, whoLabels } from './labels.ts';

/** Token counts of one series by modality. What the provider does not call audio or image is text. */
interface ByModality {
  text: number;
  audio: number;
  image: number;
}

/** The running sums of all calls of one user with one model. */
export interface Series {
  /** Made once; every observation of the series passes the same object. */
  readonly labels: Attributes;
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
  readonly #series = new Map<string, Series>();

  [Symbol.iterator](): Iterator<Series> {
    return this.#series.values();
  }

  add(call: SettledCall): void {
    const series = this.#find(call);
    series.requests[call.outcome] = (series.requests[call.outcome] ?? 0) + 1;
    series.seconds += call.durationSeconds;
    if (call.cost) series.costPicoUsd = (series.costPicoUsd ?? 0n) + call.cost.picoUsd;
    const { usage } = call;
    if (!usage) return;
    const { input, output } = usage;
    series.inputTokens.text += input.total - input.audio - input.image;
    series.inputTokens.audio += input.audio;
    series.inputTokens.image += input.image;
    series.outputTokens.text += output.text;
    series.outputTokens.audio += output.audio;
    series.cacheReadTokens += input.cacheRead;
    series.cacheWriteTokens += input.cacheWrite;
    series.reasoningTokens += output.reasoning;
  }

  #find(call: SettledCall): Series {
    const { user, team, feature } = call.who;
    const key = `${user}\0${team}\0${feature}\0${call.provider}\0${call.endpoint.operation}\0${call.requestModel}\0${call.responseModel}`;
    let series = this.#series.get(key);
    if (!series) {
      series = newSeries({ ...whoLabels(call), ...whatLabels(call) });
      this.#series.set(key, series);
    }
    return series;
  }
}

function newSeries(labels: Attributes): Series {
  return {
    labels,
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
