/** Of strings and punctuation: five times as many as the table of this package has. */
const MOST_TOKENS = 50_000;
const DEEPEST = 20;

const TOKEN = /"(?:[^"\\]|\\.)*"?|[[\]{},]/g;

/** Throws where a JSON text would be more work to parse than a table of prices ever is. */
export function checkSize(json: string): void {
  let tokens = 0;
  let depth = 0;
  for (const [token] of json.matchAll(TOKEN)) {
    tokens++;
    if (token === '[' || token === '{') depth++;
    if (token === ']' || token === '}') depth--;
    if (tokens > MOST_TOKENS)
      throw new TypeError(`it has more than ${MOST_TOKENS} strings, commas and brackets`);
    if (depth > DEEPEST) throw new TypeError(`it is nested deeper than ${DEEPEST} levels`);
  }
}
