import type { Steps } from './in-turns.ts';
import type { UnknownKind, UnknownPart } from './types.ts';

/** A request as it is counted: its texts, and what is known to come on top of them. */
export class Prompt {
  readonly texts: string[] = [];
  /** Tokens that the provider adds around the texts. */
  overheadTokens = 0;
  imageTokens = 0;
  readonly #unknown = new Map<UnknownKind, number>();

  addText(text: unknown): void {
    if (typeof text === 'string' && text !== '') this.texts.push(text);
  }

  /** `tokens` are undefined when no rule gives them. */
  addImage(tokens: number | undefined): void {
    if (tokens === undefined) this.addUnknown('image');
    else this.imageTokens += tokens;
  }

  addUnknown(kind: UnknownKind): void {
    this.#unknown.set(kind, (this.#unknown.get(kind) ?? 0) + 1);
  }

  get unknown(): UnknownPart[] {
    return [...this.#unknown].map(([kind, count]) => ({ kind, count }));
  }
}

/**
 * Gives each part of a content to `readPart`, and all that this gives back, too. Without recursion: content may
 * be nested deeper than the stack. What contains itself is counted as unknown.
 */
export function* readContent(
  prompt: Prompt,
  content: unknown,
  readPart: (part: unknown) => readonly unknown[],
): Steps<void> {
  const seen = new Set<unknown>();
  const open: unknown[] = [content];
  while (open.length > 0) {
    yield;
    const next = open.pop();
    if (typeof next === 'string') prompt.addText(next);
    else if (next === undefined || next === null) continue;
    else if (!Array.isArray(next)) open.push(...readPart(next));
    else if (seen.has(next)) prompt.addUnknown('other');
    else {
      seen.add(next);
      for (const part of next) open.push(part);
    }
  }
}
