import { readFileSync, type Stats, statSync, unwatchFile, watchFile } from 'node:fs';
import { diag } from '@opentelemetry/api';
import * as v from 'valibot';
import { type Document, isMap, LineCounter, parseDocument } from 'yaml';
import { ConfigError } from '../errors.ts';
import { type Issue, problemsOf } from '../problems.ts';
import { BudgetFileSchema } from './schema.ts';
import type { Budget } from './types.ts';

const LOOK_EVERY_MS = 1000;

/** @throws {ConfigError} naming every problem and its place in the file. */
export function readBudgetFile(path: string): readonly Budget[] {
  return parseBudgets(read(path), path);
}

/** YAML, of which JSON is a part. */
export function parseBudgets(text: string, path: string): readonly Budget[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const syntax = [...document.errors, ...document.warnings];
  if (syntax.length > 0) {
    throw new ConfigError(syntax.map(({ message, pos }) => `${at(pos[0])}: ${message.split('\n')[0]}`));
  }
  const place = (issue: Issue) => {
    const keys = (issue.path ?? []).map(({ key }) => key);
    for (let length = keys.length; length >= 0; length--) {
      const node = nodeAt(document.contents, keys.slice(0, length));
      if (node?.range?.[0] !== undefined) return at(node.range[0]);
    }
    return path;
  };
  const result = v.safeParse(BudgetFileSchema, toValue(document, path));
  if (!result.success) throw new ConfigError(problemsOf((issue) => `${place(issue)}:`, result.issues));
  return result.output.budgets as readonly Budget[];
}

/**
 * Reads the file again when it changes. One that is not valid is reported, and the last good one stays.
 *
 * @returns How to stop.
 */
export function watchBudgetFile(path: string, use: (budgets: readonly Budget[]) => void): () => void {
  const look = () => {
    try {
      const budgets = readBudgetFile(path);
      use(budgets);
      diag.warn(`tokenmeter: ${path} has changed: ${budgets.length} budgets are in force`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      diag.error(
        `tokenmeter: ${path} has changed, but cannot be used; the budgets stay as they were: ${why}`,
      );
    }
  };
  const listener = (now: Stats, before: Stats) => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) look();
  };
  watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, listener);
  // By the same function: another one of this path goes on.
  return () => unwatchFile(path, listener);
}

function read(path: string): string {
  try {
    // Reading a pipe would wait for whoever writes to it.
    if (!statSync(path).isFile()) throw new Error('it is not a file');
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`budgets: ${path} cannot be read: ${(error as Error).message}`]);
  }
}

function toValue(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError([`${path}: ${(error as Error).message}`]);
  }
}

interface Node {
  readonly range?: readonly number[] | null;
  get?(key: unknown, keepScalar: true): unknown;
}

/** What stands in the file at a path; of a member that should not be there, its name. */
function nodeAt(root: unknown, keys: readonly unknown[]): Node | undefined {
  let node = root as Node | undefined;
  for (const [index, key] of keys.entries()) {
    if (isMap(node)) {
      // By its text: a name may be written as a number.
      const pair = node.items.find((item) => String(item.key) === String(key));
      node = (index === keys.length - 1 ? pair?.key : pair?.value) as Node | undefined;
    } else node = node?.get?.(key, true) as Node | undefined;
  }
  return node;
}
