import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { ProbeAnswer } from './probe.ts';
import type { InstalledPackage, LoadedBuild } from './types.ts';

const PROBE = new URL(import.meta.url.endsWith('.ts') ? './probe.ts' : './probe.js', import.meta.url).href;
const TIMEOUT_MILLISECONDS = 30_000;

// Evaluated code resolves names from the working directory, as a file there would.
const CODE = `import(${JSON.stringify(PROBE)}).then(({ probe }) => probe(process.argv[1], require, (name) => import(name)))`;

/**
 * Loads a package in a process of its own, started as an app would be: `node --import tokenmeter/register`.
 * What the surrounding environment says of telemetry is left out, so that nothing is served or sent.
 */
export function loadMetered(installed: InstalledPackage, registerUrl: string): Promise<ProbeAnswer> {
  const environment = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|TOKENMETER_|NODE_OPTIONS$)/.test(name),
  );
  const child = spawn(
    process.execPath,
    ['--import', registerUrl, '--input-type=commonjs', '-e', CODE, installed.name],
    {
      // Above the node_modules folder that holds it.
      cwd: resolve(installed.path, installed.name.includes('/') ? '../../..' : '../..'),
      env: {
        ...Object.fromEntries(environment),
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_LOG_LEVEL: 'NONE',
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: TIMEOUT_MILLISECONDS,
    },
  );
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((done) => {
    child.once('message', (answer) => done(answer as ProbeAnswer));
    child.once('error', (error) => done(failed(error.message)));
    child.once('close', () => done(failed(stderr.trim().split('\n').at(-1) ?? 'no answer')));
  });
}

function failed(error: string): ProbeAnswer {
  const build = (format: LoadedBuild['format']) => ({ format, error, client: false, metered: false });
  return { loaderHooks: 'none', builds: [build('CommonJS'), build('ES module')] };
}
