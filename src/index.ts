export type { UserResolver } from './calls/pipeline.ts';
export type { MeterConfig, MeterPrices, PrometheusOptions, TokenmeterConfig } from './config.ts';
export type { UsageContext } from './context.ts';
export { withUsageContext } from './context.ts';
export type { Destination } from './destinations.ts';
export type { Diagnosis, SdkDiagnosis } from './diagnosis.ts';
export { ConfigError, TokenmeterError } from './errors.ts';
export type {
  CostEstimate,
  EstimatedCost,
  EstimateMethod,
  EstimateRequest,
  TokenCountingClient,
  UnknownKind,
  UnknownPart,
} from './estimate/index.ts';
export { EstimateError, estimateCost } from './estimate/index.ts';
export type { TokenmeterInstrumentationConfig } from './instrumentation.ts';
export { TokenmeterInstrumentation } from './instrumentation.ts';
export type { OwnPrice, OwnRates, PriceOptions } from './pricing/overrides.ts';
export type { RefreshOptions } from './pricing/refresh.ts';
export type { Tokenmeter } from './start.ts';
export { startTokenmeter } from './start.ts';
