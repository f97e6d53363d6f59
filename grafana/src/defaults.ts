/** What all panels share: how they look, and how they ask. */

import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  AxisPlacement,
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  type DataSourceRef,
  GraphDrawStyle,
  GraphGradientMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';

export const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: `\${datasource}` };

export const COLOR = {
  good: 'green',
  notice: 'yellow',
  warn: 'orange',
  bad: 'red',
  plain: 'blue',
  muted: 'text',
} as const;

/** What every panel says of itself. */
export interface PanelText {
  readonly title: string;
  /** What the number means, and why there may be none. */
  readonly description: string;
}

/** From each value on, its colour. */
export type Steps = readonly (readonly [from: number, color: string])[];

export function thresholds(base: string, steps: Steps = []): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...steps.map(([value, color]) => ({ value, color }))]);
}

const refIdOf = (index: number) => String.fromCharCode('A'.charCodeAt(0) + index);
const lastValue = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false);

export interface Series {
  readonly expr: string;
  /** `{{label}}`s are filled in. */
  readonly legend: string;
}

const queriesOf = (series: readonly Series[]) =>
  series.map(({ expr, legend }, index) =>
    new DataqueryBuilder().refId(refIdOf(index)).datasource(DATASOURCE).expr(expr).legendFormat(legend),
  );
const ranges = (series: readonly Series[]) => queriesOf(series).map((query) => query.range());
const instants = (series: readonly Series[]) => queriesOf(series).map((query) => query.instant());

export function stat({ title, description }: PanelText, unit: string, expr: string): Stat {
  return new Stat()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .targets(instants([{ expr, legend: title }]))
    .unit(unit)
    .noValue('–')
    .reduceOptions(lastValue())
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .thresholds(thresholds(COLOR.plain))
    .text(new VizTextDisplayOptionsBuilder().valueSize(28))
    .span(3)
    .height(4);
}

export function timeSeries(
  { title, description }: PanelText,
  unit: string,
  series: readonly Series[],
): TimeSeries {
  return new TimeSeries()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .targets(ranges(series))
    .unit(unit)
    .min(0)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .thresholds(thresholds(COLOR.good))
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(2)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Never)
    .spanNulls(false)
    .axisPlacement(AxisPlacement.Auto)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(
      new VizTooltipOptionsBuilder()
        .mode(TooltipDisplayMode.Multi)
        .sort(SortOrder.Descending)
        .hideZeros(true),
    )
    .span(8)
    .height(8);
}

/** Areas on top of each other, for parts of a whole. */
export function stacked(text: PanelText, unit: string, series: readonly Series[]): TimeSeries {
  return timeSeries(text, unit, series)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .lineWidth(1)
    .fillOpacity(45)
    .gradientMode(GraphGradientMode.None);
}

/** A bar for each series, the greatest first where the query sorts. */
export function bars({ title, description }: PanelText, unit: string, series: readonly Series[]): BarGauge {
  return (
    new BarGauge()
      .title(title)
      .description(description)
      .datasource(DATASOURCE)
      .targets(instants(series))
      .unit(unit)
      .min(0)
      .noValue('–')
      .reduceOptions(lastValue())
      .orientation(VizOrientation.Horizontal)
      .displayMode(BarGaugeDisplayMode.Basic)
      .valueMode(BarGaugeValueMode.Text)
      .namePlacement(BarGaugeNamePlacement.Left)
      // A name is cut at the width that it has in a letter of two fifths of the bar's height.
      .text(new VizTextDisplayOptionsBuilder().titleSize(12).valueSize(14))
      .sizing(BarGaugeSizing.Manual)
      .minVizHeight(16)
      .maxVizHeight(30)
      .showUnfilled(false)
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
      .thresholds(thresholds(COLOR.plain))
      .span(8)
      .height(8)
  );
}

/** A column of a table: a label of the queries, or the value of one. */
export type Column = { readonly title: string; readonly width?: number } & (
  | { readonly label: string; readonly colorOf?: Readonly<Record<string, string>> }
  | {
      readonly expr: string;
      readonly unit: string;
      readonly decimals?: number;
      readonly colors?: Steps;
      readonly bar?: true;
    }
);

/** One row for what has the same labels; sorted by the first value unless told otherwise. */
export function table({ title, description }: PanelText, columns: readonly Column[], sortBy?: string): Table {
  const values = columns.filter((column) => 'expr' in column);
  const queries = instants(values.map(({ expr, title }) => ({ expr, legend: title })));
  const fieldOf = (column: Column) =>
    'label' in column
      ? column.label
      : values.length === 1
        ? 'Value'
        : `Value #${refIdOf(values.indexOf(column))}`;
  const builder = new Table()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .targets(queries.map((query) => query.format(PromQueryFormat.Table)))
    .noValue('–')
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(thresholds(COLOR.muted))
    .transformations([
      { id: 'merge', options: {} },
      {
        id: 'filterFieldsByName',
        options: { include: { names: columns.map(fieldOf) } },
      },
      {
        id: 'organize',
        options: {
          excludeByName: {},
          includeByName: {},
          indexByName: Object.fromEntries(columns.map((column, index) => [fieldOf(column), index])),
          renameByName: Object.fromEntries(columns.map((column) => [fieldOf(column), column.title])),
        },
      },
    ])
    .sortBy([new TableSortByFieldStateBuilder().displayName(sortBy ?? values[0]?.title ?? '').desc(true)])
    .span(24)
    .height(9);
  for (const column of columns) builder.overrideByName(column.title, propertiesOf(column));
  return builder;
}

function propertiesOf(column: Column): DynamicConfigValue[] {
  const width = column.width === undefined ? [] : [{ id: 'custom.width', value: column.width }];
  if ('label' in column) return [...width, ...(column.colorOf ? colorsOfTexts(column.colorOf) : [])];
  const { unit, decimals, colors, bar } = column;
  return [
    ...width,
    { id: 'unit', value: unit },
    { id: 'custom.align', value: 'right' },
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ...(colors === undefined ? [] : [{ id: 'thresholds', value: thresholds(COLOR.good, colors).build() }]),
    ...(colors === undefined || bar ? [] : [{ id: 'custom.cellOptions', value: { type: 'color-text' } }]),
    ...(bar
      ? [
          { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
          { id: 'min', value: 0 },
          { id: 'max', value: 1 },
        ]
      : []),
  ];
}

function colorsOfTexts(colorOf: Readonly<Record<string, string>>): DynamicConfigValue[] {
  const options = Object.fromEntries(Object.entries(colorOf).map(([text, color]) => [text, { text, color }]));
  return [
    { id: 'mappings', value: [{ type: MappingType.ValueToText, options }] },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
  ];
}

/** A name has one colour on all panels; for few names, of which two can be much alike. */
export const byName = (): FieldColorBuilder =>
  new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);

/** One colour, whatever the palette says. */
export const fixedColor = (color: string): DynamicConfigValue[] => [
  { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: color } },
];

/** For parts of what should not be there at all. */
export const shadesOf = (color: string): FieldColorBuilder =>
  new FieldColorBuilder().mode(FieldColorModeId.Shades).fixedColor(color);
