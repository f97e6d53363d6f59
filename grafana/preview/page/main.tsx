import { createTheme, type DataFrame, rangeUtil, ThemeContext } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { GlobalStyles, PanelChrome } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import { framesOf } from './frames.ts';
import { PanelBody } from './panel.tsx';
import type { PanelJson, Picture } from './types.ts';

declare const picture: Picture;

const WIDTH = 1600;
const GAP = 8;
const ROW = 30;
const MARGIN = 16;
const HEADER = 96;
const theme = createTheme({ colors: { mode: 'dark' } });

/** As Grafana's grid lays them out. */
function place({ gridPos: { x, y, w, h } }: PanelJson) {
  const column = (WIDTH - 2 * MARGIN + GAP) / 24;
  return {
    left: MARGIN + x * column,
    top: HEADER + y * (ROW + GAP),
    width: w * column - GAP,
    height: h * (ROW + GAP) - GAP,
  };
}

function Header() {
  const { title, templating } = picture.dashboard;
  const { text, background, border } = theme.colors;
  return (
    <header style={{ position: 'absolute', left: MARGIN, top: 14, color: text.primary }}>
      <div style={{ fontSize: 20, fontWeight: 500 }}>{title}</div>
      <div style={{ display: 'flex', gap: 8, marginTop: 10, fontSize: 12 }}>
        {templating.list.map(({ name, label, type }) => (
          <span key={name} style={{ border: `1px solid ${border.medium}`, borderRadius: 2 }}>
            <span style={{ background: background.secondary, padding: '4px 8px', display: 'inline-block' }}>
              {label}
            </span>
            <span style={{ padding: '4px 8px', display: 'inline-block', color: text.secondary }}>
              {type === 'datasource' ? 'Prometheus' : 'All'}
            </span>
          </span>
        ))}
      </div>
    </header>
  );
}

/** As Grafana says that a panel has a time of its own. */
function When({ timeFrom }: { timeFrom: string }) {
  return (
    <span
      style={{ color: theme.colors.text.secondary, fontSize: 12, padding: '0 8px', whiteSpace: 'nowrap' }}
    >
      {rangeUtil.describeTextRange(timeFrom).display}
    </span>
  );
}

function Cell({ panel, frames }: { panel: PanelJson; frames: DataFrame[] }) {
  const { width, height, left, top } = place(panel);
  if (panel.type === 'row') {
    const style = {
      position: 'absolute',
      left,
      top,
      lineHeight: `${height}px`,
      color: theme.colors.text.primary,
      fontWeight: 500,
    } as const;
    return <div style={style}>⌄ {panel.title.replace('$user', 'All')}</div>;
  }
  return (
    <div style={{ position: 'absolute', left, top }}>
      <PanelChrome
        title={panel.title}
        titleItems={panel.timeFrom && <When timeFrom={panel.timeFrom} />}
        width={width}
        height={height}
        padding={panel.type === 'table' ? 'none' : 'md'}
      >
        {(innerWidth, innerHeight) => (
          <PanelBody
            panel={panel}
            frames={frames}
            width={innerWidth}
            height={innerHeight}
            from={picture.from}
            to={picture.to}
          />
        )}
      </PanelChrome>
    </div>
  );
}

await initPluginTranslations('tokenmeter-preview');
const { panels } = picture.dashboard;
const frames = await Promise.all(
  panels.map((panel) => framesOf(panel, picture.answers[panel.id] ?? [], theme)),
);
const height = Math.max(...panels.map((panel) => place(panel).top + place(panel).height)) + MARGIN;

createRoot(document.getElementById('root') as HTMLElement).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <div
      id="dashboard"
      style={{ position: 'relative', width: WIDTH, height, background: theme.colors.background.canvas }}
    >
      <Header />
      {panels.map((panel, index) => (
        <Cell key={panel.id} panel={panel} frames={frames[index] ?? []} />
      ))}
    </div>
  </ThemeContext.Provider>,
);
requestAnimationFrame(() => document.body.setAttribute('data-drawn', 'true'));
