import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import type { BudgetsView } from './budgets/types.ts';
import { type ResolvedConfig, resolveConfig, type TokenmeterConfig } from './config.ts';
import { type Destination, traceDestinations } from './destinations.ts';
import { type Diagnosis, diagnosis } from './diagnosis.ts';
import { beforeExit } from './exit.ts';
import { TokenmeterInstrumentation } from './instrumentation.ts';
import type { Ledger } from './ledger/ledger.ts';
import { createStore } from './ledger/open.ts';
import { startRecording } from './ledger/recording.ts';
import { type Metering, startMetering } from './metering.ts';
import { firstLine, reportFault, warnVisibly } from './report.ts';
import {
  callLogs,
  type Logging,
  logsAreConfigured,
  prepareLogs,
  registeredLogger,
} from './telemetry/logs.ts';
import {
  lateTracerProvider,
  prepareTracing,
  type Tracing,
  tracesAreConfigured,
} from './telemetry/tracing.ts';

/** A running meter. */
export interface Tokenmeter {
  readonly instrumentation: TokenmeterInstrumentation;
  /** How much of their budgets users, teams and others have left. */
  readonly budgets: BudgetsView;
  /**
   * The URL where metrics can be scraped, once it answers; undefined where none is served. Rejects,
   * with an error that says what to do, when the port cannot be used.
   */
  readonly metricsUrl: Promise<string | undefined>;
  /** Every call on record, with the option `ledger`. */
  readonly ledger: Ledger | undefined;
  /** Says what is metered in this process, and where metrics and traces go. */
  diagnose(): Promise<Diagnosis>;
  /** Takes the patches out, exports what is left and closes the port. */
  shutdown(): Promise<void>;
}

/**
 * Starts metering: patches the SDKs as they are loaded and makes metrics and spans available as the
 * options and the standard OTEL_* variables say. Call it before the SDKs are imported.
 *
 * @throws {ConfigError} naming every option and variable that cannot be used.
 */
export function startTokenmeter(config: TokenmeterConfig = {}): Tokenmeter {
  const resolved = resolveConfig(config, process.env);
  if (resolved.logLevel) {
    diag.setLogger(new DiagConsoleLogger(), {
      logLevel: DiagLogLevel[resolved.logLevel],
      suppressOverrideMessage: true,
    });
  }
  if (resolved.disabled) return disabledMeter();
  // What can fail comes first: nothing is patched by a start that fails.
  const store = resolved.ledger && createStore(resolved.ledger);
  const metering = startMetering(resolved);
  const recording = resolved.ledger && store && startRecording(store, resolved.ledger);
  const instrumentation = instrumentationFor(resolved, metering);
  if (recording) instrumentation.addRecords([recording.sink], recording);
  const logging = startLogs(instrumentation, resolved);
  const tracing = startTraces(instrumentation, resolved);
  let stopped: Promise<unknown> | undefined;
  const metricsUrl = metering.url;
  return {
    instrumentation,
    budgets: instrumentation.budgets,
    metricsUrl,
    ledger: recording?.ledger,
    diagnose: async () => {
      const problems: string[] = [];
      const url = await metricsUrl.catch((error: Error) => void problems.push(error.message));
      const served = ({ exporter, ...rest }: Destination) =>
        exporter === 'prometheus' ? { exporter, url } : { exporter, ...rest };
      const traces = tracing ? traceDestinations(process.env) : [{ exporter: 'app' }];
      return diagnosis({ metrics: metering.destinations.map(served), traces, problems });
    },
    shutdown: async () => {
      instrumentation.disable();
      instrumentation.settleOpenCalls();
      stopped ??= Promise.all([
        // What is left of the budgets is exported with the rest.
        metering.shutdown().finally(() => instrumentation.closeBudgets()),
        tracing?.shutdown(),
        logging?.shutdown(),
        recording?.shutdown(),
      ]);
      await stopped;
    },
  };
}

function instrumentationFor({ meter }: ResolvedConfig, metering: Metering): TokenmeterInstrumentation {
  try {
    const instrumentation = new TokenmeterInstrumentation(meter);
    metering.connect(instrumentation);
    return instrumentation;
  } catch (error) {
    metering.shutdown().catch((fault) => reportFault('closing what was started', fault));
    throw error;
  }
}

/** For `OTEL_SDK_DISABLED=true`. */
function disabledMeter(): Tokenmeter {
  return {
    instrumentation: new TokenmeterInstrumentation({ enabled: false }),
    budgets: { status: async () => [] },
    metricsUrl: Promise.resolve(undefined),
    ledger: undefined,
    diagnose: async () =>
      diagnosis({ metrics: [], traces: [], problems: ['OTEL_SDK_DISABLED turns everything off'] }),
    shutdown: async () => {},
  };
}

/** Log records go to the app's provider, or to one of ours where OTEL_LOGS_EXPORTER names a place. */
function startLogs(instrumentation: TokenmeterInstrumentation, config: ResolvedConfig): Logging | undefined {
  if (!config.logs) return undefined;
  let undecided = logsAreConfigured(process.env) ? prepareLogs(config.serviceName) : undefined;
  const logging = undecided;
  const logger = () => {
    // With the first call: an app sets up its own while it starts, and only the first provider is taken.
    undecided?.start();
    undecided = undefined;
    return registeredLogger() ?? instrumentation.callLogger;
  };
  instrumentation.addRecords([callLogs(logger)]);
  if (logging) beforeExit(() => logging.shutdown());
  return logging;
}

/** Spans go to the app's provider, or to one of ours where the variables name a place for traces. */
function startTraces(
  instrumentation: TokenmeterInstrumentation,
  config: ResolvedConfig,
): Tracing | undefined {
  const tracing = tracesAreConfigured(process.env) ? loadTracing(config) : undefined;
  instrumentation.setTracerProvider(lateTracerProvider(tracing));
  if (!tracing) return undefined;
  const cancelFlush = beforeExit(() => tracing.shutdown());
  return {
    ...tracing,
    shutdown: async () => {
      cancelFlush();
      await tracing.shutdown();
    },
  };
}

/** The packages are loaded from node_modules, which a bundled app may come without: it is metered all the same. */
function loadTracing(config: ResolvedConfig): Tracing | undefined {
  try {
    return prepareTracing(config.serviceName);
  } catch (error) {
    warnVisibly('no tracing', `no traces are exported: ${firstLine(error)}`);
    return undefined;
  }
}
