/**
 * What the matrix runs. A version is the ending of a name in package.json here (`openai-4.20`) or of a folder
 * (`otel-2.0`); one that is a whole major, such as `4`, is the newest of it.
 */
export interface Cell {
  readonly name: string;
  readonly node: NodeLine;
  readonly openai: keyof typeof openai;
  readonly anthropic: keyof typeof anthropic;
  readonly otel: Otel;
}

export interface SdkVersion {
  /** What the conformance suite will not find in it; everything else must be there. */
  readonly lacks?: readonly string[];
  /** The first Node that it runs on, where that is not the first one that tokenmeter runs on. */
  readonly node?: number;
}

/** The edges of the range and of each major, and where the SDK's core or what it can do changed. */
export const openai = {
  '4.20': { lacks: ['chat.completions parse', 'responses'] },
  '4.55': { lacks: ['responses'] },
  '4.87': {},
  '4': {},
  '5.0': {}, // a new core: client.js, APIPromise with the client
  '5': {},
  '6.0': {},
  '6': {},
  '7.0': { node: 22 },
  '7': { node: 22 }, // another core: options as a promise, derived promises past parseResponse
} as const satisfies Record<string, SdkVersion>;

export const anthropic = {
  '0.20': { lacks: ['messages parse', 'beta.messages'] },
  '0.30': { lacks: ['messages parse', 'beta.messages helper'] },
  '0.41': { lacks: ['messages parse'] },
  '0.50': { lacks: ['messages parse'] }, // a new core
  '0.70': { lacks: ['messages parse'] },
  '0.80': {},
  '0.133': {},
  '0.134': {}, // makes spans of its own
  '0': {},
  '1.0': {},
  '1': {},
} as const satisfies Record<string, SdkVersion>;

/** 24 is the Node of this repository. */
export const nodes = ['20.19', '20', '22.12', '22', '24', '26'] as const;
type NodeLine = (typeof nodes)[number];

/** OpenTelemetry's SDKs, each with the experimental packages of its day. 3 needs Node 22.15. */
export const otels = ['2.0', '2', '3.0', '3'] as const;
type Otel = (typeof otels)[number];

export const cells: readonly Cell[] = [
  // The edges: oldest with oldest, newest with newest, and on each Node the newest that it runs.
  cell('20.19', '4.20', '0.20', '2.0'),
  cell('26', '7', '1', '3'),
  cell('20.19', '6', '1', '2'),
  cell('20', '6', '1', '2.0'),
  cell('22.12', '7', '1', '2'),
  cell('22', '7', '1', '3'),
  cell('24', '7', '1', '3.0'),
  cell('26', '7', '1', '2'),
  cell('26', '4.20', '0.20', '3'),
  // Every version with OTel 2 and with OTel 3.
  cell('20.19', '4.55', '0.30', '2'),
  cell('22', '4.55', '0.30', '3'),
  cell('20', '4.87', '0.41', '2.0'),
  cell('24', '4.87', '0.41', '3'),
  cell('22.12', '4', '0.50', '2'),
  cell('26', '4', '0.50', '3.0'),
  cell('22', '5.0', '0.70', '2.0'),
  cell('24', '5.0', '0.70', '3'),
  cell('20', '5', '0.80', '2'),
  cell('22', '5', '0.80', '3.0'),
  cell('20.19', '6.0', '0.133', '2.0'),
  cell('26', '6.0', '0.133', '3'),
  cell('24', '6', '0.134', '2'),
  cell('22', '6', '0.134', '3'),
  cell('22.12', '7.0', '0', '2.0'),
  cell('26', '7.0', '0', '3'),
  cell('24', '7', '1.0', '2'),
  cell('22', '7', '1.0', '3.0'),
];

function cell(node: NodeLine, openai: Cell['openai'], anthropic: Cell['anthropic'], otel: Otel): Cell {
  return {
    name: `node-${node}_openai-${openai}_anthropic-${anthropic}_otel-${otel}`,
    node,
    openai,
    anthropic,
    otel,
  };
}
