import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'cyan';

/** Colours a text that already has its width. */
export type Paint = (style: Style, text: string) => string;

export const noPaint: Paint = (_style, text) => text;

const ansi: Paint = (style, text) => (text === '' ? '' : styleText(style, text, { validateStream: false }));

/** Colours are for terminals, and for those who want them: https://no-color.org */
export function paintFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): Paint {
  return stream.isTTY && !environment.NO_COLOR ? ansi : noPaint;
}
