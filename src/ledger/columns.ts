/**
 * What is on record of a call, in the order in which rows are written. Amounts of money are integers of
 * 1e-12 dollars, times are milliseconds; 1 and 0 stand for yes and no. An empty text is the same as none.
 */
export const CALL_COLUMNS = {
  /** Unique: a row that comes twice is there once. */
  id: 'text',
  /** When the call began, in milliseconds since the epoch. */
  time: 'integer',
  /** The provider's id of the answer. */
  request_id: 'text',
  provider: 'text',
  /** Whose prices hold, whatever vendor stands between. */
  price_list: 'text',
  operation: 'text',
  endpoint: 'text',
  request_model: 'text',
  response_model: 'text',
  requests: 'integer',
  input_tokens: 'integer',
  cache_read_tokens: 'integer',
  cache_write_tokens: 'integer',
  input_audio_tokens: 'integer',
  input_image_tokens: 'integer',
  output_tokens: 'integer',
  reasoning_tokens: 'integer',
  output_audio_tokens: 'integer',
  output_image_tokens: 'integer',
  total_tokens: 'integer',
  /** The rest of what its price depends on, as JSON: lifetimes of cache writes, tools, units, region, … */
  usage_details: 'text',
  cost_pico_usd: 'integer',
  /** The same by class, as JSON. */
  cost_by_class: 'text',
  price_version: 'text',
  confidence: 'text',
  /** Why there is usage and no cost. */
  unpriced: 'text',
  /** Why there is no, or no complete, usage. */
  unmetered: 'text',
  estimated: 'integer',
  user_id: 'text',
  team: 'text',
  feature: 'text',
  outcome: 'text',
  error_type: 'text',
  latency_ms: 'integer',
  first_chunk_ms: 'integer',
  service_tier: 'text',
  trace_id: 'text',
  span_id: 'text',
} as const;

export type CallColumn = keyof typeof CALL_COLUMNS;

export const COLUMN_NAMES = Object.keys(CALL_COLUMNS) as readonly CallColumn[];

/** ASCII has characters for this, and no label has them in it: `cleanLabel` takes them out. */
export const BETWEEN_VALUES = '\x1f';
export const BETWEEN_ROWS = '\x1e';
