export { EstimateError } from './errors.ts';
export { estimateCost } from './estimator.ts';
export type {
  CostEstimate,
  EstimatedCost,
  EstimateMethod,
  EstimateRequest,
  TokenCountingClient,
  UnknownKind,
  UnknownPart,
} from './types.ts';
