/**
 * `node --import tokenmeter/register app.js`, or `--require`: meters the app from its first line,
 * configured by environment variables. Whatever goes wrong here is printed and the app runs.
 */
import { isMainThread } from 'node:worker_threads';
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { startsFirst } from './loading/load-order.ts';
import { startTokenmeter } from './start.ts';
import { takeVariablesOfPm2 } from './workers/pm2.ts';

function register(): void {
  takeVariablesOfPm2(process.env);
  // Without a logger, OpenTelemetry keeps every warning to itself. An app that sets its own replaces this one.
  if (!process.env.OTEL_LOG_LEVEL) diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
  startsFirst();
  try {
    const { metricsUrl } = startTokenmeter();
    // A port that cannot be used was reported as an error by then.
    metricsUrl.then((url) => url && console.error(`tokenmeter: metrics at ${url}`)).catch(() => {});
  } catch (error) {
    console.error(`tokenmeter: not started: ${error instanceof Error ? error.message : String(error)}`);
  }
}

// Node preloads into worker threads too, its own for loader hooks among them; the port is the main thread's.
if (isMainThread) register();
