/** How much text there was. It is all that is kept of it: enough to estimate tokens. */
export class TextSize {
  /** Characters of ASCII, and the others: scripts differ in how many of them make a token. */
  ascii = 0;
  other = 0;

  add(text: unknown): void {
    if (typeof text !== 'string') return;
    let ascii = 0;
    for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) < 128) ascii++;
    this.ascii += ascii;
    this.other += text.length - ascii;
  }

  /** Adds all text in a value of any shape, but for what is encoded in it: images, files and audio. */
  addAll(value: unknown): void {
    const seen = new Set<object>();
    const stack = [value];
    while (stack.length > 0) {
      const next = stack.pop();
      if (typeof next === 'string') this.add(next);
      if (typeof next !== 'object' || next === null || seen.has(next)) continue;
      seen.add(next);
      for (const [name, member] of Object.entries(next)) if (!ENCODED.has(name)) stack.push(member);
    }
  }

  /**
   * Roughly: about 4 characters of English or code make a token, and about 1.5 of other scripts.
   * Real tokenizers differ from this by half in either direction.
   */
  get tokens(): number {
    return Math.ceil(this.ascii / 4 + this.other / 1.5);
  }
}

const ENCODED: ReadonlySet<string> = new Set([
  'data',
  'file_data',
  'image_url',
  'input_audio',
  'encrypted_content',
  'signature',
]);
