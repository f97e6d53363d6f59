import { join } from 'node:path';
import type { Cell } from './cells.ts';

export const matrix = import.meta.dirname;
export const root = join(matrix, '..');
/** Everything that is generated. */
export const out = join(matrix, '.out');

export const otelRoot = (otel: string) => join(matrix, `otel-${otel}`);

export function nodeBinary({ node }: Pick<Cell, 'node'>): string {
  const folder = node === '24' ? join(root, 'node_modules/node') : join(matrix, `node_modules/node-${node}`);
  return join(folder, 'bin/node');
}
