import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Infinity: until it is ended. */
  readonly seconds: number;
  readonly seed: number;
  /** Where /metrics is served; undefined: 9464, or a free one where that is taken. 0: free ones for all. */
  readonly port: number | undefined;
  /** Where metrics and alerts listen for others, on ports that these know; then nothing else is started. */
  readonly host: string | undefined;
}

export const HELP = `npm run demo -- [options]

A chat service with several users runs under tokenmeter, against simulated OpenAI and
Anthropic APIs. It needs no network and no keys.

  --seconds N   how long it runs: 1 to 900, default 60; 0: until Ctrl-C
  --seed N      the same people ask the same as in an earlier run; default: a random one
  --port N      where /metrics is served; default 9464, or a free port when that is taken;
                0: any free port, for Prometheus too
  --host H      for docker-compose.yml: listens there for a Prometheus and an Alertmanager that
                run elsewhere; metrics on 9464, alerts on 9465
  --help        this text`;

/** A mistake of the person who typed the command. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** Undefined when help was asked for. Throws an OptionError that quotes what cannot be used. */
export function readOptions(commandLine: readonly string[]): DemoOptions | undefined {
  const values = parse(commandLine);
  if (values.help) return undefined;
  return {
    seconds:
      values.seconds === '0'
        ? Number.POSITIVE_INFINITY
        : (wholeNumber('seconds', values.seconds, 1, 900) ?? 60),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31 - 1) ?? Math.floor(Math.random() * 100_000),
    port: wholeNumber('port', values.port, 0, 65_535),
    host: values.host,
  };
}

function parse(commandLine: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...commandLine],
      options: { seconds: text, seed: text, port: text, host: text, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function wholeNumber(name: string, value: string | undefined, low: number, high: number): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= low && number <= high) return number;
  throw new OptionError(`--${name}: got "${value}", expected a whole number from ${low} to ${high}`);
}
