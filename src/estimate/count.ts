import { TextSize } from '../text-size.ts';
import { nextTurn } from '../turn.ts';
import { PIECE_LENGTH, pieces } from './pieces.ts';

/** What each text takes besides its characters, so that many short ones let others run, too. */
const EFFORT_PER_TEXT = 20;

/** Counts the tokens of texts, and lets the event loop turn between pieces of them. */
export async function countTexts(
  texts: readonly string[],
  countPiece: (piece: string) => number,
): Promise<number> {
  let tokens = 0;
  let effort = 0;
  for (const text of texts) {
    for (const piece of pieces(text)) {
      effort += piece.length + EFFORT_PER_TEXT;
      if (effort > PIECE_LENGTH) {
        await nextTurn();
        effort = piece.length;
      }
      tokens += countPiece(piece);
    }
  }
  return tokens;
}

/** Without a tokenizer: the texts' size alone. */
export async function guessTokens(texts: readonly string[]): Promise<number> {
  const size = new TextSize();
  await countTexts(texts, (piece) => {
    size.add(piece);
    return 0;
  });
  return size.tokens;
}
