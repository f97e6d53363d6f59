import type { WriteStream } from 'node:tty';
import { formatClock, formatShort, formatUsd } from './format.ts';
import type { Paint } from './paint.ts';
import type { Progress } from './progress.ts';
import { renderTables } from './table.ts';

/** Where the demo shows how it is going. */
export interface Screen {
  show(progress: Progress): void;
  /** The last state, to stay; the cursor stands below it. */
  close(last: Progress): void;
}

export interface ScreenOptions {
  readonly stream: NodeJS.WriteStream;
  readonly paint: Paint;
  /** How long the demo runs. */
  readonly seconds: number;
  /** What stands in the line under the tables, as far as there is room. */
  readonly footer: readonly string[];
}

export function openScreen(options: ScreenOptions): Screen {
  return options.stream.isTTY ? liveScreen(options) : log(options);
}

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_ALL = '\x1b[2J\x1b[H';
const CLEAR_LINE = '\x1b[2K';
const CLEAR_BELOW = '\x1b[0J';

/** Redraws in place. */
function liveScreen(options: ScreenOptions): Screen {
  const stream = options.stream as WriteStream;
  let drawn = 0;
  let resized = false;
  const onResize = () => {
    resized = true;
  };
  const restore = () => void stream.write(SHOW_CURSOR);
  stream.on('resize', onResize);
  process.once('exit', restore);
  stream.write(HIDE_CURSOR);

  function draw(progress: Progress, footer: readonly string[]): void {
    const lines = frame(progress, { ...options, footer }, stream.columns || 80, (stream.rows || 24) - 1);
    // Lines that the new size has wrapped cannot be counted, so all goes.
    const start = resized ? CLEAR_ALL : drawn > 0 ? `\r\x1b[${drawn}A` : '\r';
    resized = false;
    drawn = lines.length;
    stream.write(`${start}${lines.map((line) => `${CLEAR_LINE}${line}\n`).join('')}${CLEAR_BELOW}`);
  }

  return {
    show: (progress) => draw(progress, progress.isEnding ? ['waiting for the last answers'] : options.footer),
    close(last) {
      draw(last, []);
      stream.off('resize', onResize);
      process.off('exit', restore);
      restore();
    },
  };
}

const LOG_EVERY_SECONDS = 5;
const LOG_WIDTH = 100;

/** For pipes and CI: a line now and then, the tables once. */
function log({ stream, paint }: ScreenOptions): Screen {
  let next = 0;
  return {
    show(progress) {
      if (progress.seconds < next) return;
      next += LOG_EVERY_SECONDS;
      stream.write(`${[formatClock(progress.seconds), ...figures(progress)].join(GAP)}\n`);
    },
    close({ rows }) {
      stream.write(`\n${renderTables(rows, { width: LOG_WIDTH, paint }).join('\n')}\n`);
    },
  };
}

function frame(progress: Progress, options: ScreenOptions, width: number, height: number): string[] {
  const { paint, seconds, footer } = options;
  const clock =
    formatClock(progress.seconds) +
    (progress.isEnding || !Number.isFinite(seconds) ? '' : ` of ${formatClock(seconds)}`);
  const fit = (pieces: readonly string[]) => takeWhileFits(pieces, width).join(GAP);
  const tables = renderTables(progress.rows, { width, height: height - 4, paint });
  const below = footer.length > 0 ? ['', paint('dim', fit(footer))] : [];
  const lines = [paint('bold', fit([clock, ...figures(progress)])), '', ...tables, ...below];
  return lines.slice(0, height);
}

const GAP = '   ';

function figures({ total, callsPerSecond, usdPerHour }: Progress): string[] {
  return [
    `${formatShort(total.calls)} calls, ${callsPerSecond.toFixed(1)}/s`,
    `${formatUsd(total.spendUsd ?? 0)}, ${formatUsd(usdPerHour)}/h`,
    `${formatShort(total.inputTokens)} tokens in, ${formatShort(total.outputTokens)} out`,
  ];
}

function takeWhileFits(pieces: readonly string[], width: number): string[] {
  let length = -GAP.length;
  return pieces.filter((piece) => {
    length += GAP.length + piece.length;
    return length <= width;
  });
}
