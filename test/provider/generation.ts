import type { NextId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { snapshotOf } from './models.ts';
import { type EndpointKind, parseModel, type Scenario } from './scenarios.ts';
import { countTokens } from './tokens.ts';
import type { GenerationRequest } from './types.ts';

/** What a request to a model is read with. */
export interface Reading {
  readonly seed: number;
  readonly azure: boolean;
  readonly beta: boolean;
  readonly created: number;
  readonly id: NextId;
  /** Laid over what the model's name says. */
  readonly scenario: Scenario | undefined;
}

export function readGeneration(
  { seed, scenario: over, ...rest }: Reading,
  body: JsonObject,
  named: string,
  kind: EndpointKind,
): GenerationRequest {
  const { model, scenario: inName } = parseModel(named, kind);
  const scenario = { ...inName, ...over };
  const counts = countTokens(body, scenario, seed);
  return { ...rest, body, model: scenario.model ?? snapshotOf(model), scenario, counts };
}
