import { warnOnce } from '../report.ts';

/** Whether the primary of this worker is PM2, which does not meter. */
export function isUnderPm2(environment: NodeJS.ProcessEnv): boolean {
  return environment.pm_id !== undefined || environment.pm2_env !== undefined;
}

/**
 * PM2 gives its workers the variables of its configuration only after preloads have run. Until then they are
 * in one variable, as JSON: those that are read here are set now.
 */
export function takeVariablesOfPm2(environment: NodeJS.ProcessEnv): void {
  if (environment.pm2_env === undefined) return;
  try {
    const { env = {} } = JSON.parse(environment.pm2_env) as { env?: Record<string, unknown> };
    for (const [name, value] of Object.entries(env)) {
      if (/^(?:OTEL|TOKENMETER)_/.test(name) && typeof value === 'string') environment[name] ??= value;
    }
  } catch (fault) {
    warnOnce('pm2', 'the variables that PM2 passes on cannot be read', fault);
  }
}
