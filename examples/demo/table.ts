import { formatSeconds, formatShare, formatShort, formatUsd } from './format.ts';
import { noPaint, type Paint, type Style } from './paint.ts';
import { groupRows, type Row, sumUsage, type Usage } from './usage.ts';

export interface TableOptions {
  /** Of the terminal, in characters. No line is longer. */
  readonly width: number;
  /** How many lines both tables may take together. Default: as many as they need. */
  readonly height?: number;
  readonly paint?: Paint;
}

interface Line {
  readonly name: string;
  readonly usage: Usage;
}

interface Column {
  readonly title: string;
  /** So that a table does not tremble while its numbers grow. */
  readonly minWidth: number;
  /** Where there is no room for all, those with the highest number go first. */
  readonly spare: number;
  cell(usage: Usage, total: Usage): string;
  style?(usage: Usage): Style | undefined;
}

const GAP = '  ';
const SHORTEST_BAR = 8;
const LONGEST_BAR = 24;
const SHORTEST_NAME = 8;

const columns: readonly Column[] = [
  { title: 'CALLS', minWidth: 6, spare: 1, cell: ({ calls }) => formatShort(calls) },
  {
    title: 'ERR',
    minWidth: 4,
    spare: 5,
    cell: ({ errors }) => (errors > 0 ? formatShort(errors) : '–'),
    style: ({ errors }) => (errors > 0 ? 'red' : 'dim'),
  },
  { title: 'INPUT', minWidth: 5, spare: 2, cell: ({ inputTokens }) => formatShort(inputTokens) },
  {
    title: 'CACHED',
    minWidth: 6,
    spare: 6,
    cell: ({ cachedTokens, inputTokens }) =>
      cachedTokens > 0 ? formatShare(cachedTokens, inputTokens) : '–',
    style: ({ cachedTokens }) => (cachedTokens > 0 ? undefined : 'dim'),
  },
  { title: 'OUTPUT', minWidth: 6, spare: 3, cell: ({ outputTokens }) => formatShort(outputTokens) },
  { title: 'AVG', minWidth: 5, spare: 4, cell: ({ seconds, calls }) => formatSeconds(seconds / calls) },
  {
    title: 'SPEND',
    minWidth: 8,
    spare: 0,
    cell: ({ spendUsd }) => formatUsd(spendUsd),
    style: ({ spendUsd }) => (spendUsd === undefined ? 'dim' : 'bold'),
  },
  {
    title: 'SHARE',
    minWidth: 5,
    spare: 7,
    cell: ({ spendUsd }, total) =>
      spendUsd === undefined ? '–' : formatShare(spendUsd, total.spendUsd ?? 0),
  },
];

/** One table by user and one by model, the greatest spend first, as lines of text. */
export function renderTables(rows: readonly Row[], options: TableOptions): string[] {
  const users = groupRows(rows, ({ user, team }) => JSON.stringify([user, team]));
  const named = [...users].map(([key, usage]) => ({ names: JSON.parse(key) as [string, string], usage }));
  const longest = Math.max(...['USER', ...named.map(({ names }) => names[0])].map(({ length }) => length));
  const both = (user: string, team: string) => `${user.padEnd(longest)}${GAP}${team}`;
  const byUser = named.map(({ names, usage }) => ({ name: both(...names), usage }));
  const byModel = [...groupRows(rows, ({ model }) => model)].map(([name, usage]) => ({ name, usage }));

  const total = sumUsage(rows);
  const titles = [both('USER', 'TEAM'), 'MODEL'] as const;
  const layout = planLayout(titles, [...byUser, ...byModel], total, options);
  const [userLines, modelLines] = shareHeight(byUser.length, byModel.length, options.height);
  return [
    ...renderTable(titles[0], byUser, userLines, layout),
    '',
    ...renderTable(titles[1], byModel, modelLines, layout),
  ];
}

interface Layout {
  readonly nameWidth: number;
  readonly columns: readonly { readonly column: Column; readonly width: number }[];
  /** 0: no room for bars. */
  readonly barWidth: number;
  /** What shares are shares of. */
  readonly total: Usage;
  readonly paint: Paint;
}

/** The same for both tables, so that their numbers stand under each other. */
function planLayout(
  titles: readonly string[],
  lines: readonly Line[],
  total: Usage,
  { width, paint = noPaint }: TableOptions,
): Layout {
  const names = [...titles, ...lines.map(({ name }) => name)];
  const longestName = Math.max(...names.map((name) => name.length));
  let shown = columns.map((column) => {
    const cells = lines.map(({ usage }) => column.cell(usage, total).length);
    return { column, width: Math.max(column.minWidth, column.title.length, ...cells) };
  });
  const taken = () => shown.reduce((sum, column) => sum + GAP.length + column.width, 0);
  while (shown.length > 1 && longestName + taken() > width) {
    const first = Math.max(...shown.map(({ column }) => column.spare));
    shown = shown.filter(({ column }) => column.spare !== first);
  }
  const nameWidth = Math.max(SHORTEST_NAME, Math.min(longestName, width - taken()));
  const left = width - nameWidth - taken() - GAP.length;
  const barWidth = left < SHORTEST_BAR ? 0 : Math.min(left, LONGEST_BAR);
  return { nameWidth, columns: shown, barWidth, total, paint };
}

function renderTable(title: string, lines: readonly Line[], atMost: number, layout: Layout): string[] {
  const { nameWidth, barWidth, total, paint } = layout;
  const titles = layout.columns.map(({ column, width }) => column.title.padStart(width));
  const most = lines[0]?.usage.spendUsd ?? 0;
  const body = lines.slice(0, atMost).map(({ name, usage }) => {
    const cells = layout.columns.map(({ column, width }) => {
      const style = column.style?.(usage);
      const text = column.cell(usage, total).padStart(width);
      return style === undefined ? text : paint(style, text);
    });
    const bar = paint('cyan', barOf((usage.spendUsd ?? 0) / most, barWidth));
    return [fit(name, nameWidth), ...cells, ...(barWidth > 0 ? [bar] : [])].join(GAP).trimEnd();
  });
  const hidden = lines.length - body.length;
  return [
    paint('dim', [fit(title, nameWidth), ...titles].join(GAP)),
    ...body,
    ...(hidden > 0 ? [paint('dim', `… ${hidden} more`)] : []),
  ];
}

/** Lines for users and for models; what is left out takes a line that says so. */
function shareHeight(users: number, models: number, height: number | undefined): [number, number] {
  const OTHER_LINES = 3; // two titles and the line between the tables
  const room = (height ?? Number.POSITIVE_INFINITY) - OTHER_LINES;
  if (users + models <= room) return [users, models];
  const half = Math.max(2, Math.floor(room / 2));
  const [forUsers, forModels] =
    users <= half ? [users, room - users] : models <= half ? [room - models, models] : [half, room - half];
  return [shorten(users, forUsers), shorten(models, forModels)];
}

function shorten(lines: number, room: number): number {
  return lines <= room ? lines : Math.max(1, room - 1);
}

function fit(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function barOf(share: number, width: number): string {
  const eighths = Number.isFinite(share) ? Math.round(share * width * EIGHTHS.length) : 0;
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}
