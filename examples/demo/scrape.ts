import type { InstrumentName } from '../../src/telemetry/names.ts';

/** The name of a counter in a scrape. */
export function counterName({ name }: InstrumentName): string {
  return `${name.replaceAll('.', '_')}_total`;
}

/** The name of an attribute in a scrape. */
export function labelName(attribute: string): string {
  return attribute.replaceAll('.', '_');
}

/** One line of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})?\s+(?<value>[^\s}]+)(?:\s+-?\d+)?\s*$/;
const LABEL = /(?<name>[a-zA-Z_]\w*)="(?<value>(?:[^"\\]|\\.)*)"/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\\\': '\\', '\\"': '"' };

/** Reads what tokenmeter serves at /metrics. Throws on a line that is none of the format. */
export function parseScrape(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const groups = LINE.exec(line)?.groups;
    if (groups?.name === undefined) throw new Error(`not a line of Prometheus' text format: ${line}`);
    samples.push({
      name: groups.name,
      labels: readLabels(groups.labels ?? ''),
      value: readValue(groups.value),
    });
  }
  return samples;
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const { groups } of text.matchAll(LABEL)) {
    if (groups?.name === undefined) continue;
    labels[groups.name] = (groups.value ?? '').replace(/\\[\\n"]/g, (pair) => ESCAPES[pair] ?? pair);
  }
  return labels;
}

function readValue(text = ''): number {
  if (/^[+-]?Inf$/i.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}
