import type { Who } from '../calls/who.ts';
import { branch, type KeyTree } from './key-tree.ts';
import type { Series } from './series.ts';

/** All series of one user, or of nobody, or of all the others. */
export class Account {
  /** Undefined for nobody. */
  readonly user: string | undefined;
  readonly series = new Set<Series>();
  /** In milliseconds of `performance.now()`. */
  readonly openedAt = performance.now();
  /** By what was called, team and feature. */
  readonly #index: KeyTree = new Map();

  constructor(user?: string) {
    this.user = user;
  }

  find(what: object, { team, feature }: Who): Series | undefined {
    const teams = this.#index.get(what) as KeyTree | undefined;
    return (teams?.get(team) as Map<unknown, Series> | undefined)?.get(feature);
  }

  add(what: object, { team, feature }: Who, series: Series): void {
    branch(branch(this.#index, what), team).set(feature, series);
    this.series.add(series);
  }

  /** Forgets the series that are to go, and returns them. */
  remove(isToGo: (series: Series) => boolean): Series[] {
    const gone = new Set([...this.series].filter(isToGo));
    if (gone.size > 0) prune(this.#index, gone);
    for (const series of gone) this.series.delete(series);
    return [...gone];
  }
}

/** Takes leaves out of a tree, and the branches that nothing is left of. */
function prune(tree: KeyTree, gone: ReadonlySet<unknown>): void {
  for (const [key, value] of tree) {
    if (value instanceof Map) prune(value, gone);
    if (gone.has(value) || (value instanceof Map && value.size === 0)) tree.delete(key);
  }
}
