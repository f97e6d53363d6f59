import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkBill } from '../examples/demo/bill.ts';
import { parseScrape } from '../examples/demo/scrape.ts';
import { renderTables } from '../examples/demo/table.ts';
import { type Row, readRows } from '../examples/demo/usage.ts';
import { findProgram, PROMETHEUS } from '../grafana/stack/programs.ts';
import type { BilledCall } from './provider/types.ts';

const main = fileURLToPath(new URL('../examples/demo/main.ts', import.meta.url));

interface Demo {
  readonly process: ChildProcess;
  readonly exitCode: Promise<number | null>;
  output(): string;
  /** The first match in what it has written to stdout; fails when it ends without. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
}

function runDemo(commandLine: readonly string[], environment: NodeJS.ProcessEnv = {}): Demo {
  const demo = spawn(process.execPath, [main, '--seed', '7', ...commandLine], {
    env: { ...process.env, ...environment },
  });
  let output = '';
  demo.stdout.on('data', (data) => {
    output += data;
  });
  demo.stderr.on('data', (data) => {
    output += data;
  });
  const exitCode = once(demo, 'close').then(([code]) => code as number | null);
  return {
    process: demo,
    exitCode,
    output: () => output,
    async waitFor(pattern) {
      for (;;) {
        const match = pattern.exec(output);
        if (match) return match;
        assert.equal(demo.exitCode, null, `no ${pattern} in:\n${output}`);
        await delay(50);
      }
    },
  };
}

describe('npm run demo', { concurrency: true, timeout: 60_000 }, () => {
  test('ends by itself, and metered what was billed', async () => {
    const demo = runDemo(['--seconds', '3', '--port', '0'], { PATH: '' });
    const [, url = ''] = await demo.waitFor(/^ +metrics +(\S+)$/m);
    assert.match(await (await fetch(url)).text(), /^target_info\{service_name="acme-books-chat"/m);
    const code = await demo.exitCode;
    const output = demo.output();
    assert.equal(code, 0, output);
    for (const model of ['gpt-4.1-mini', 'claude-sonnet-4-6']) {
      const spend = new RegExp(`^${model.replaceAll('.', '\\.')} .* \\$0\\.\\d{4} `, 'm').exec(output)?.[0];
      assert.doesNotMatch(spend ?? assert.fail(`no spend of ${model} in:\n${output}`), /\$0\.0000/);
    }
    for (const what of ['calls', 'input tokens', 'output tokens']) {
      const figures = new RegExp(`^  ${what} +([\\d,]+) +([\\d,]+)   100 %$`, 'm').exec(output);
      assert.ok(figures, `no equal ${what} in:\n${output}`);
      assert.notEqual(figures[1], '0');
    }
    assert.ok(output.includes(PROMETHEUS.howToGetIt), 'says how to get Prometheus where it is missing');
    assert.ok(!output.includes('\x1b'), 'neither colours nor cursor movements in a pipe');
  });

  test('Ctrl-C ends it early with the summary, and leaves no process', async () => {
    const demo = runDemo(['--seconds', '60', '--port', '0']);
    await demo.waitFor(/^0:00 /m);
    await delay(1000);
    const children = descendantsOf(demo.process.pid);
    assert.ok(children.length >= 2, 'the service and what keeps it');
    const asked = performance.now();
    demo.process.kill('SIGINT');
    assert.equal(await demo.exitCode, 0, demo.output());
    assert.ok(performance.now() - asked < 9000);
    assert.match(demo.output(), /^Summary$/m);
    assert.deepEqual(children.filter(isRunning), []);
  });

  test('killed, it leaves neither a process nor files', async () => {
    const demo = runDemo(['--seconds', '60', '--port', '0']);
    await demo.waitFor(/^0:00 /m);
    const children = descendantsOf(demo.process.pid);
    const directory = new RegExp(`${tmpdir()}/tokenmeter-demo-\\w+`);
    const directories = children.flatMap((pid) => directory.exec(commandOf(pid))?.[0] ?? []);
    demo.process.kill('SIGKILL');
    await demo.exitCode;
    const gone = () => !children.some(isRunning) && !directories.some((path) => existsSync(path));
    for (const limit = performance.now() + 5000; !gone() && performance.now() < limit; ) await delay(50);
    assert.deepEqual(children.filter(isRunning), []);
    assert.deepEqual(directories.filter(existsSync), []);
  });

  test('Prometheus scrapes it', async (t) => {
    if (findProgram(PROMETHEUS) === undefined) {
      const how = `needs prometheus on the PATH: ${PROMETHEUS.howToGetIt}`;
      if (process.env.TOKENMETER_CI === '1') assert.fail(how);
      return t.skip(how);
    }
    const demo = runDemo(['--seconds', '60', '--port', '0']);
    const [, link = ''] = await demo.waitFor(/^ +prometheus +(http\S+)$/m);
    const expression = new URL(link).searchParams.get('g0.expr') ?? '';
    // Prometheus itself takes five seconds to its first scrape.
    const limit = performance.now() + 20_000;
    let users: string[] = [];
    while (users.length === 0 && performance.now() < limit) {
      await delay(200);
      users = await queryUsers(new URL(link).origin, expression);
    }
    assert.ok(users.includes('maria'), `got data of ${users}`);
    demo.process.kill('SIGKILL');
    await demo.exitCode;
  });

  test('a wrong option is quoted', async () => {
    const demo = runDemo(['--seconds', 'ten']);
    assert.equal(await demo.exitCode, 2);
    assert.match(demo.output(), /--seconds: got "ten", expected a whole number from 1 to 900/);
  });
});

async function queryUsers(origin: string, expression: string): Promise<string[]> {
  const answer = await fetch(`${origin}/api/v1/query?${new URLSearchParams({ query: expression })}`);
  const { data } = (await answer.json()) as { data: { result: { metric: { user_id: string } }[] } };
  return data.result.map(({ metric }) => metric.user_id);
}

test('a scrape is read with its escapes, exponents and missing labels', () => {
  const text = [
    '# HELP a_total Words',
    '# TYPE a_total counter',
    'a_total{user_id="o\\"ne\\\\n\\ntwo",team="a,b={c}"} 1.5e-7',
    'b_bucket{le="+Inf"} 3 1700000000000',
    'c -Inf',
    'd{} NaN',
    '',
  ].join('\n');
  assert.deepEqual(parseScrape(text), [
    { name: 'a_total', labels: { user_id: 'o"ne\\n\ntwo', team: 'a,b={c}' }, value: 1.5e-7 },
    { name: 'b_bucket', labels: { le: '+Inf' }, value: 3 },
    { name: 'c', labels: {}, value: Number.NEGATIVE_INFINITY },
    { name: 'd', labels: {}, value: Number.NaN },
  ]);
  assert.throws(() => parseScrape('<html>'), /not a line of Prometheus' text format: <html>/);
});

const scrape = `
tokenmeter_requests_total{user_id="ada",team="lab",gen_ai_request_model="gpt-4.1",outcome="ok"} 1200
tokenmeter_requests_total{user_id="ada",team="lab",gen_ai_request_model="gpt-4.1",outcome="error"} 3
tokenmeter_requests_total{user_id="bob",gen_ai_request_model="a-model-with-quite-a-long-name",outcome="aborted"} 2
tokenmeter_cost_usd_total{user_id="ada",team="lab",gen_ai_request_model="gpt-4.1"} 12.345
tokenmeter_request_seconds_total{user_id="ada",team="lab",gen_ai_request_model="gpt-4.1"} 601.5
tokenmeter_request_seconds_total{user_id="bob",gen_ai_request_model="a-model-with-quite-a-long-name"} 1
gen_ai_client_inference_usage_input_tokens_total{user_id="ada",team="lab",gen_ai_request_model="gpt-4.1"} 1234567
gen_ai_client_inference_usage_cache_read_input_tokens_total{user_id="ada",team="lab",gen_ai_request_model="gpt-4.1"} 617283
`;
const rows = readRows(parseScrape(scrape));

describe('tables', () => {
  test('figures stand under each other', () => {
    assert.deepEqual(renderTables(rows, { width: 96 }), [
      'USER  TEAM                       CALLS   ERR  INPUT  CACHED  OUTPUT    AVG     SPEND  SHARE',
      'ada   lab                        1.20k     3  1.23M    50 %       0  0.50s    $12.35  100 %',
      'bob                                  2     –      0       –       0  0.50s         –      –',
      '',
      'MODEL                            CALLS   ERR  INPUT  CACHED  OUTPUT    AVG     SPEND  SHARE',
      'gpt-4.1                          1.20k     3  1.23M    50 %       0  0.50s    $12.35  100 %',
      'a-model-with-quite-a-long-name       2     –      0       –       0  0.50s         –      –',
    ]);
  });

  test('no line is wider or higher than it may be, and spend stays to the last', () => {
    for (let width = 20; width <= 200; width++) {
      const lines = renderTables(rows, { width });
      assert.ok(Math.max(...lines.map((line) => line.length)) <= width, `at ${width}:\n${lines.join('\n')}`);
      assert.ok(lines[1]?.includes('$12.35'));
    }
    const many = Array.from({ length: 30 }, (_, n) => ({
      ...(rows[0] as Row),
      user: `u${n}`,
      model: `m${n}`,
    }));
    for (let height = 9; height <= 64; height++) {
      const lines = renderTables(many, { width: 80, height });
      assert.ok(lines.length <= height, `${lines.length} lines of ${height}`);
      assert.equal(
        lines.some((line) => line.startsWith('… ')),
        height < 63,
        'says what is left out',
      );
    }
  });
});

describe('the bill', () => {
  const call: BilledCall = {
    provider: 'openai',
    endpoint: 'chat.completions',
    model: 'gpt-4.1-2025-04-14',
    user: 'ada',
    stream: true,
    serviceTier: 'default',
    usage: { prompt_tokens: 100, completion_tokens: 10 },
  };
  const usage = {
    calls: 1,
    ok: 1,
    errors: 0,
    aborted: 0,
    inputTokens: 100,
    cachedTokens: 0,
    outputTokens: 10,
  };
  const row: Row = {
    user: 'ada',
    team: 'lab',
    model: 'gpt-4.1',
    usage: { ...usage, spendUsd: undefined, seconds: 1 },
  };

  test('agrees only where every user and model does', () => {
    assert.equal(checkBill([call], [row]).agrees, true);
    assert.equal(checkBill([call], []).agrees, false);
    assert.equal(checkBill([], [row]).agrees, false);
    const swapped = [{ ...call, user: 'bob' }, call];
    const twice = { ...row, usage: { ...row.usage, ok: 2, inputTokens: 200, outputTokens: 20 } };
    assert.equal(checkBill(swapped, [twice]).agrees, false, 'the same totals, of another user');
  });

  test('leaves out what was broken off', () => {
    const broken = { ...row, usage: { ...row.usage, calls: 2, aborted: 1 } };
    const { agrees, billed, leftOut } = checkBill([call], [broken]);
    assert.deepEqual([agrees, billed.calls, leftOut], [true, 0, { aborted: 1, others: 1 }]);
  });
});

/** The children of a process, and theirs. */
function descendantsOf(pid: number | undefined): number[] {
  const parents = parentsOfAll();
  const found = pid === undefined ? [] : [pid];
  for (const ancestor of found) {
    for (const [child, parent] of parents) if (parent === ancestor) found.push(child);
  }
  return found.slice(1);
}

function parentsOfAll(): Map<number, number> {
  const text = existsSync('/proc/self/stat')
    ? readdirSync('/proc').map((pid) => (/^\d+$/.test(pid) ? `${pid} ${statOf(pid)?.parent}` : ''))
    : execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n');
  return new Map(text.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
}

/** Undefined when the process is gone. One that is dead and not yet collected is gone too. */
function statOf(pid: number | string): { state: string; parent: string } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '');
    const [state = '', parent = ''] = fields.split(' ');
    return { state, parent };
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  if (existsSync('/proc/self/stat')) return !['Z', 'X', undefined].includes(statOf(pid)?.state);
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function commandOf(pid: number): string {
  return existsSync('/proc/self/stat') ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
}
