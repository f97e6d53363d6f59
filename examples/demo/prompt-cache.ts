import { createHash } from 'node:crypto';

/** What the simulated providers still hold of earlier prompts, by model. */
export class PromptCache {
  readonly #seen = new Set<string>();

  /** The characters at the beginning of a prompt that were there before; all of it is there from now on. */
  take(model: string, parts: readonly string[]): number {
    const hash = createHash('sha256').update(model);
    let total = 0;
    let known = 0;
    for (const part of parts) {
      total += part.length;
      const prefix = hash.update(`\0${part}`).copy().digest('base64');
      if (this.#seen.has(prefix)) known = total;
      this.#seen.add(prefix);
    }
    return known;
  }
}
