import {
  type DataFrame,
  dateTime,
  FieldType,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  type TimeRange,
} from '@grafana/data';
import { BarGauge, BigValue, TimeSeries, useTheme2, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import type { PanelJson } from './types.ts';

export interface PanelProps {
  readonly panel: PanelJson;
  readonly frames: DataFrame[];
  readonly width: number;
  readonly height: number;
  readonly from: number;
  readonly to: number;
}

export function PanelBody(props: PanelProps) {
  const hasData = props.frames.some(({ length, fields }) => length > 0 && fields.length > 0);
  if (!hasData) return <NoData {...props} />;
  switch (props.panel.type) {
    case 'timeseries':
      return <Lines {...props} />;
    case 'stat':
      return <Value {...props} />;
    case 'bargauge':
      return <Bars {...props} />;
    default:
      return <Rows {...props} />;
  }
}

function NoData({ panel, height }: PanelProps) {
  const theme = useTheme2();
  const text = panel.type === 'timeseries' ? 'No data' : panel.fieldConfig.defaults.noValue;
  return (
    <div
      style={{
        height,
        display: 'grid',
        placeItems: 'center',
        color: theme.colors.text.secondary,
        fontSize: panel.type === 'stat' ? 28 : 14,
      }}
    >
      {text}
    </div>
  );
}

function rangeOf(from: number, to: number): TimeRange {
  const [start, end] = [dateTime(from), dateTime(to)];
  return { from: start, to: end, raw: { from: start, to: end } };
}

function Lines({ panel, frames, width, height, from, to }: PanelProps) {
  return (
    <TimeSeries
      frames={frames}
      width={width}
      height={height}
      timeRange={rangeOf(from, to)}
      timeZone="utc"
      legend={panel.options.legend}
    />
  );
}

function displaysOf({ panel, frames }: PanelProps, theme: ReturnType<typeof useTheme2>) {
  return getFieldDisplayValues({
    fieldConfig: panel.fieldConfig as never,
    reduceOptions: panel.options.reduceOptions,
    replaceVariables: (text) => text,
    theme,
    data: frames,
    timeZone: 'utc',
  });
}

function Value(props: PanelProps) {
  const theme = useTheme2();
  const { panel, width, height } = props;
  const [first] = displaysOf(props, theme);
  if (!first) return <NoData {...props} />;
  return (
    <BigValue
      value={{ ...first.display, title: '' }}
      width={width}
      height={height}
      theme={theme}
      text={panel.options.text}
      colorMode={panel.options.colorMode}
      graphMode={panel.options.graphMode}
      justifyMode={panel.options.justifyMode}
    />
  );
}

function Bars(props: PanelProps) {
  const theme = useTheme2();
  const { panel, width, height } = props;
  const { orientation, displayMode, showUnfilled, valueMode, namePlacement, minVizHeight, maxVizHeight } =
    panel.options;
  return (
    <VizRepeater
      source={props.frames}
      getValues={() => displaysOf(props, theme)}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({
        value: { field, display, view, colIndex },
        alignmentFactors,
        width,
        height,
        count,
      }) => (
        <BarGauge
          value={display}
          width={width}
          height={height}
          theme={theme}
          orientation={orientation}
          field={field}
          display={view?.getFieldDisplayProcessor(colIndex ?? 0)}
          text={panel.options.text}
          itemSpacing={8}
          displayMode={displayMode}
          alignmentFactors={count > 1 ? alignmentFactors : undefined}
          showUnfilled={showUnfilled}
          valueDisplayMode={valueMode}
          namePlacement={namePlacement}
        />
      )}
      renderCounter={0}
      width={width}
      height={height}
      minVizHeight={minVizHeight ?? 16}
      maxVizHeight={maxVizHeight ?? 300}
      itemSpacing={8}
      orientation={orientation}
    />
  );
}

function Rows({ panel, frames, width, height }: PanelProps) {
  const [frame] = frames;
  const theme = useTheme2();
  if (!frame?.fields.some(({ type }) => type === FieldType.number)) return null;
  return (
    <div style={{ color: theme.colors.text.primary }}>
      <TableNG
        data={frame}
        width={width}
        height={height}
        sortBy={panel.options.sortBy}
        fieldConfig={panel.fieldConfig as never}
        enableVirtualization={false}
      />
    </div>
  );
}
