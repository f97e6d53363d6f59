export type {
  Budget,
  BudgetLimit,
  BudgetOptions,
  BudgetPeriod,
  BudgetStatus,
  BudgetStoreOption,
  BudgetsView,
  BudgetUnit,
  Scope,
  ScopePart,
  ThresholdEvent,
  Weekday,
} from './budgets/types.ts';
export type { UserResolver } from './calls/pipeline.ts';
export type { ShownUserOptions } from './calls/shown-user.ts';
export type {
  MeterConfig,
  MeterPrices,
  PrometheusOptions,
  TokenmeterConfig,
  UserOptions,
} from './config.ts';
export type { UsageContext } from './context.ts';
export { withUsageContext } from './context.ts';
export type { Destination } from './destinations.ts';
export type { Diagnosis, SdkDiagnosis } from './diagnosis.ts';
export type { ExceededBudget } from './errors.ts';
export { BudgetExceededError, ConfigError, TokenmeterError } from './errors.ts';
export * from './estimate/index.ts';
export type { TokenmeterInstrumentationConfig } from './instrumentation.ts';
export { TokenmeterInstrumentation } from './instrumentation.ts';
export * from './ledger/index.ts';
export type { OwnPrice, OwnRates, PriceOptions } from './pricing/overrides.ts';
export type { RefreshOptions } from './pricing/refresh.ts';
export type { Tokenmeter } from './start.ts';
export { startTokenmeter } from './start.ts';
