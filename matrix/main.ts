import { parseArgs, stripVTControlCharacters } from 'node:util';
import { build } from './build.ts';
import { runCell } from './cell.ts';
import { anthropic, type Cell, cells, openai, type SdkVersion } from './cells.ts';
import { install } from './install.ts';
import { supportedTable } from './supported.ts';

const USAGE = `npm run test:matrix -- [options]
Runs the tests of every way of using the SDKs on many versions of the SDKs, of OpenTelemetry and of Node.

  --cell PATTERN  only cells whose name matches this regular expression
  --jobs N        how many cells run at once (default: 2)
  --install       only install what the cells need
  --list          only print the names of the cells
  --table         only print the table of supported versions, as it stands in README.md
  --help          only print this`;

const { values: options } = parseArgs({
  options: {
    cell: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
    install: { type: 'boolean' },
    list: { type: 'boolean' },
    table: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

interface Counts {
  passed: number;
  failed: number;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  if (options.help) return console.log(USAGE);
  if (options.table) return console.log(supportedTable());
  const pattern = new RegExp(options.cell);
  const chosen = cells.filter(({ name }) => pattern.test(name));
  if (chosen.length === 0) throw new Error(`option --cell: no cell matches ${options.cell}; see --list`);
  if (options.list) return console.log(chosen.map(({ name }) => name).join('\n'));
  await install(chosen);
  if (options.install) return;
  await build();
  const { passed, failed } = await runAll(chosen, positive(options.jobs));
  console.log(`${chosen.length} cells`);
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

async function runAll(chosen: readonly Cell[], jobs: number): Promise<Counts> {
  const total: Counts = { passed: 0, failed: 0 };
  const waiting = [...chosen];
  const work = async () => {
    for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
      const { passed, failed } = await runAndReport(cell);
      total.passed += passed;
      total.failed += failed;
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return total;
}

async function runAndReport(cell: Cell): Promise<Counts> {
  const start = performance.now();
  const { code, output } = await runCell(cell);
  const seconds = Math.round((performance.now() - start) / 1000);
  const text = stripVTControlCharacters(output);
  const count = (name: string) => Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  const passed = count('pass');
  // What was skipped, was cancelled or never came to run was not shown to work.
  const others = count('fail') + count('cancelled') + count('skipped') + count('todo');
  const failed = others || (code === 0 && passed > 0 ? 0 : 1);
  const result = `${String(passed).padStart(4)} passed ${String(failed).padStart(3)} failed ${String(seconds).padStart(4)} s`;
  console.log(`${failed ? 'FAILED' : 'ok    '} ${cell.name.padEnd(52)} ${result}${lackingIn(cell)}`);
  if (failed) console.log(failuresIn(text));
  return { passed, failed };
}

function lackingIn(cell: Cell): string {
  const versions: readonly SdkVersion[] = [openai[cell.openai], anthropic[cell.anthropic]];
  const lacking = versions.flatMap(({ lacks = [] }) => lacks);
  return lacking.length > 0 ? `  has no ${lacking.join(', ')}` : '';
}

/** The part of a test run's output that says what failed, or its end. */
function failuresIn(text: string): string {
  const start = text.indexOf('✖ failing tests');
  return (start < 0 ? text.slice(-4000) : text.slice(start, start + 12_000)).replace(/^/gm, '    ');
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`option --jobs: got ${text}, expected 1 or more`);
  return value;
}
