export type { MeterConfig, PrometheusOptions, TokenmeterConfig } from './config.ts';
export type { UsageContext } from './context.ts';
export { withUsageContext } from './context.ts';
export { ConfigError, TokenmeterError } from './errors.ts';
export type { TokenmeterInstrumentationConfig } from './instrumentation.ts';
export { TokenmeterInstrumentation } from './instrumentation.ts';
export type { UserResolver } from './pipeline.ts';
export type { Tokenmeter } from './start.ts';
export { startTokenmeter } from './start.ts';
