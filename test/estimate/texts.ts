/** Texts that are hard on a tokenizer, of every kind, for tests and for bench/estimate.ts. */

type Fill = (random: (below: number) => number) => string;

const WORDS = 'the model reads a text and gives back what it was asked for, in the order of its lines'.split(
  ' ',
);
const CHINESE =
  '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面';
const CODE =
  'export function total(items) {\n  return items.reduce((sum, { price }) => sum + price, 0);\n}\n\n';

const KINDS: Readonly<Record<string, Fill>> = {
  'one letter': () => 'a',
  spaces: () => ' ',
  newlines: () => '\n',
  'spaces and newlines': (random) => ' \n\t\r\u00a0'.charAt(random(5)),
  English: (random) => `${WORDS[random(WORDS.length)]} `,
  code: () => CODE,
  'Chinese prose': (random) => (random(15) === 0 ? ',' : CHINESE.charAt(random(CHINESE.length))),
  'Chinese at random': (random) => String.fromCharCode(0x4e00 + random(20_000)),
  emoji: (random) => String.fromCodePoint(0x1f300 + random(700)),
  'emoji families': () => '👩‍👩‍👧‍👦',
  'random letters': (random) => String.fromCharCode(97 + random(26)),
  base64: (random) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charAt(random(64)),
  hex: (random) => '0123456789abcdef'.charAt(random(16)),
  digits: (random) => String(random(10)),
  punctuation: (random) => '!@#$%^&*()[]{}<>/\\|;:'.charAt(random(20)),
  'lone surrogates': (random) => String.fromCharCode(0xd800 + random(0x400)),
  'any character': (random) => String.fromCharCode(random(0x10000)),
  'combining marks': (random) => String.fromCharCode(0x300 + random(0x70)),
  'nested brackets': () => '[',
  'nested JSON': () => '{"a":',
  'special tokens': () => '<|endoftext|>',
  mixed: (random) =>
    [CODE, '  ', 'aaaaaaaaaa', '你好', '😀', '12345', '\n\n', '====', 'Ünïcödé'][random(9)] ?? '',
};

export const kinds: readonly string[] = Object.keys(KINDS);

/** A text of about so many bytes in UTF-8, the same one each time. */
export function textOf(kind: string, bytes: number): string {
  const fill = KINDS[kind];
  if (fill === undefined) throw new Error(`no such kind of text: ${kind}`);
  const random = seeded(1);
  const parts: string[] = [];
  for (let size = 0; size < bytes; ) {
    const part = fill(random);
    parts.push(part);
    size += Buffer.byteLength(part);
  }
  return parts.join('');
}

/** A small generator of numbers (mulberry32), so that every run sees the same texts. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
