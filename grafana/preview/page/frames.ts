import {
  type DataFrame,
  type Field,
  FieldType,
  type GrafanaTheme2,
  getDisplayProcessor,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';
import type { PanelJson, QueryAnswer } from './types.ts';

standardTransformersRegistry.setInit(() =>
  [
    standardTransformers.mergeTransformer,
    standardTransformers.filterFieldsByNameTransformer,
    standardTransformers.organizeFieldsTransformer,
  ].map(
    (transformation) =>
      ({
        id: transformation.id,
        name: transformation.name,
        transformation: () => Promise.resolve(transformation),
      }) as never,
  ),
);

/** What a panel draws: its answers after its transformations, in its units and colours. */
export async function framesOf(
  panel: PanelJson,
  answers: readonly QueryAnswer[],
  theme: GrafanaTheme2,
): Promise<DataFrame[]> {
  const isAlone = answers.length === 1;
  const frames = answers.flatMap((answer) =>
    answer.format === 'table' ? [tableFrame(answer, isAlone)] : seriesFrames(answer),
  );
  const transformed = await firstValueFrom(
    transformDataFrame([...(panel.transformations ?? [])] as never, frames),
  );
  let seriesIndex = 0;
  for (const frame of transformed) {
    for (const field of frame.fields) {
      configure(field, panel);
      field.state = { ...field.state, displayName: nameOf(field) };
      if (field.type === FieldType.number) field.state = { ...field.state, seriesIndex: seriesIndex++ };
      field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' });
    }
  }
  if (panel.type === 'bargauge') shareScale(transformed);
  return transformed;
}

/** Bars can be compared only when all have one end; Grafana takes the greatest value. */
function shareScale(frames: readonly DataFrame[]): void {
  const numbers = frames.flatMap(({ fields }) => fields.filter(({ type }) => type === FieldType.number));
  const most = Math.max(...numbers.flatMap(({ values }) => values as number[]));
  for (const { config } of numbers) config.max ??= most;
}

const nameOf = ({ name, config }: Field): string => config.displayName ?? config.displayNameFromDS ?? name;

function configure(field: Field, { fieldConfig }: PanelJson): void {
  const config = structuredClone({ ...fieldConfig.defaults, ...field.config });
  config.custom = { ...fieldConfig.defaults.custom };
  const name = nameOf(field);
  for (const { matcher, properties } of fieldConfig.overrides) {
    const isMeant =
      matcher.id === 'byRegexp'
        ? new RegExp(matcher.options.replace(/^\/|\/$/g, '')).test(name)
        : matcher.options === name;
    if (!isMeant) continue;
    for (const { id, value } of properties) {
      const [group, key] = id.split('.');
      if (key === undefined) config[group as string] = value;
      else config.custom[key] = value;
    }
  }
  if (field.type === FieldType.string) config.unit = 'string';
  field.config = config;
}

function seriesFrames({ legend, refId, series, stepSeconds }: QueryAnswer): DataFrame[] {
  return series.map(({ metric, points }) => {
    const name = legend.replace(/{{(\w+)}}/g, (_, label: string) => metric[label] ?? '').trim();
    return {
      refId,
      name,
      length: points.length,
      fields: [
        {
          name: 'Time',
          type: FieldType.time,
          // Where a line has no values it is interrupted.
          config: { interval: 1000 * stepSeconds },
          values: points.map(([time]) => time),
        },
        {
          name: 'Value',
          type: FieldType.number,
          labels: metric,
          config: { displayNameFromDS: name },
          values: points.map(([, value]) => value),
        },
      ],
    };
  });
}

function tableFrame({ refId, series }: QueryAnswer, isAlone: boolean): DataFrame {
  const labels = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))]
    .filter((label) => label !== '__name__')
    .sort();
  const column = (name: string, type: FieldType, values: unknown[]): Field => ({
    name,
    type,
    config: {},
    values,
  });
  return {
    refId,
    length: series.length,
    fields: [
      column(
        'Time',
        FieldType.time,
        series.map(({ points }) => points[0]?.[0] ?? 0),
      ),
      ...labels.map((label) =>
        column(
          label,
          FieldType.string,
          series.map(({ metric }) => metric[label] ?? ''),
        ),
      ),
      column(
        isAlone ? 'Value' : `Value #${refId}`,
        FieldType.number,
        series.map(({ points }) => points[0]?.[1] ?? 0),
      ),
    ],
  };
}
