/** Characters (UTF-16 code units) that are counted between two turns of the event loop. */
export const PIECE_LENGTH = 8000;
const SEARCH_LENGTH = 1000;

/** A long text in pieces that are counted one by one; no character is split. */
export function* pieces(text: string): Generator<string> {
  let start = 0;
  while (text.length - start > PIECE_LENGTH) {
    const end = cut(text, start + PIECE_LENGTH);
    yield text.slice(start, end);
    start = end;
  }
  if (start < text.length) yield start === 0 ? text : text.slice(start);
}

/** A place that no token crosses, if there is one near; else one between two characters. */
function cut(text: string, latest: number): number {
  for (let at = latest; at > latest - SEARCH_LENGTH; at--) if (isBreak(text, at)) return at;
  const splitsPair = isHighSurrogate(text.charCodeAt(latest - 1)) && isLowSurrogate(text.charCodeAt(latest));
  return splitsPair ? latest - 1 : latest;
}

/** Before the space that starts a word, or after the line break before one. */
function isBreak(text: string, at: number): boolean {
  const before = text.charAt(at - 1);
  const after = text.charAt(at);
  if (after === ' ') return before.trim() !== '';
  return before === '\n' && /[a-z\d]/i.test(after);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
