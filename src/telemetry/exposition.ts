import type { Attributes } from '@opentelemetry/api';
import type { Reading } from './gauges.ts';
import type { InstrumentName } from './names.ts';
import { COUNTERS, pointsOf } from './points.ts';
import type { Collection } from './reader.ts';
import type { SeriesTable } from './series-table.ts';

/** Characters of a piece: about a millisecond's work. */
const PIECE = 32_768;

/**
 * A table's series in Prometheus' text format, in pieces: thousands of series at once would keep the
 * app waiting.
 */
export function* exposition(table: SeriesTable, collection: Collection): Generator<string> {
  let text = '';
  for (const metric of COUNTERS) {
    const name = `${prometheusName(metric.name)}_total`;
    let header = headerOf(name, metric);
    for (const { series, labels, value } of pointsOf(metric, table, collection)) {
      text += `${header}${name}${braced(series.labelText(renderLabels), renderLabels(labels))} ${value}\n`;
      header = '';
      if (text.length < PIECE) continue;
      yield text;
      text = '';
    }
  }
  yield text;
}

/** Gauges in the same format. */
export function expositionOf(gauges: ReadonlyMap<InstrumentName, readonly Reading[]>): string {
  let text = '';
  for (const [metric, readings] of gauges) {
    const name = prometheusName(metric.name);
    text += headerOf(name, metric, 'gauge');
    for (const { labels, value } of readings) text += `${name}${braced(renderLabels(labels))} ${value}\n`;
  }
  return text;
}

function headerOf(name: string, { description }: InstrumentName, type = 'counter'): string {
  return `# HELP ${name} ${description}\n# TYPE ${name} ${type}\n`;
}

function braced(...parts: string[]): string {
  const labels = parts.filter((part) => part !== '').join(',');
  return labels === '' ? '' : `{${labels}}`;
}

function renderLabels(labels: Attributes): string {
  return Object.entries(labels)
    .map(([name, value]) => `${prometheusName(name)}="${escapeValue(String(value))}"`)
    .join(',');
}

function prometheusName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_');
}

function escapeValue(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
