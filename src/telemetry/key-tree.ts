/**
 * A tree of Maps, a level for each part of a key. Joining the parts into one string would build and
 * hash that string anew for every call.
 */
export type KeyTree = Map<unknown, unknown>;

/** The branch of a tree, made if it is not there. */
export function branch(tree: KeyTree, key: unknown): KeyTree {
  let next = tree.get(key) as KeyTree | undefined;
  if (!next) {
    next = new Map();
    tree.set(key, next);
  }
  return next;
}
