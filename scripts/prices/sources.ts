/**
 * Where the figures of the price table come from. Every entry of the table names one or more of these
 * keys; every figure of the overlay stands beside one. Web pages were read as stored copies. A source is of
 * the day on which its figures were known to hold: of a live page the day it was read, of a package, a mirror
 * or a dated copy its own. A copy of which only the season is known counts as of the first day it can be of.
 */

/** The package whose data the table starts from. Another version needs a new review of the overlay. */
export const genaiPrices = { name: '@pydantic/genai-prices', version: '0.1.8', date: '2026-09-23' };

/** When the overlay was last reviewed; part of the table's version. */
export const overlayDate = '2026-11-22';

export const sources = {
  'genai-prices': {
    date: '2026-09-23',
    text: '@pydantic/genai-prices 0.1.8 of 2026-09-23',
  },
  catalogue: {
    date: '2026-07-24',
    text: 'public price catalogue, figures per model without history, mirrored on 2026-07-24',
  },
  review: {
    date: '2026-11-22',
    text: 'review of price formulas against 37 realistic usages, November 2026',
  },
  'openai-models': {
    date: '2026-11-22',
    text: 'developers.openai.com/api/docs/models/…, the page of the model (of davinci-002, gpt-6.2-sol, gpt-image-2.6-sunburst, gpt-live-1, gpt-live-1.1, gpt-live-transcribe, gpt-realtime-translate, gpt-realtime-whisper, tts-1, tts-1-hd), read 2026-11-22',
  },
  'openai-6.1': {
    date: '2026-11-22',
    text: 'gpt-6.1-sol: its model page as github.com/TheKrush/PromptFuel v1.0.22 and amine123max/Codex-Manager 0.4.7 cite it; gpt-6.1-terra: docs.litellm.ai/blog/gpt-6-1-terra and apidog.com/de/blog/gpt-6-1-terra-pricing; read 2026-11-22',
  },
  'openai-batch': {
    date: '2026-11-22',
    text: 'review, formula 6, and the gpt-6-sol model page: half of the standard price, of every class of tokens; where the Batch table of the pricing page (copy of 2025) has no cached input for models before gpt-5, the review holds',
  },
  'openai-flex': {
    date: '2026-11-22',
    text: 'review, formula 6, catalogue and gpt-6-sol model page: half of the standard price; read 2026-11-22',
  },
  'openai-priority': {
    date: '2026-11-22',
    text: 'openai.com/api-priority-processing, for short context only, read 2026-11-22; where the catalogue differs (gpt-5.5, gpt-5-nano) this page holds',
  },
  'openai-fast': {
    date: '2026-11-22',
    text: 'openai.com/api-fast-mode, the gpt-6.2-sol model page and vercel.com/ai-gateway/models/gpt-6-astra-fast: twice the standard price for the same context length; read 2026-11-22',
  },
  'openai-fine-tuning': {
    date: '2025-09-01',
    text: 'openai.com/api/pricing, fine-tuning prices, copy of autumn 2025 whose day is not known, read 2026-11-22',
  },
  'openai-base-tuning': {
    date: '2023-12-06',
    text: 'openai.com/pricing as gist.github.com/thorwhalen/4e888c4ede4bbd4a1a134ee90ccadcdc cites it: the base models babbage-002 and davinci-002 and what is tuned from them',
  },
  'openai-dall-e': {
    date: '2023-12-25',
    text: 'openai.com/pricing as github.com/kevinhermawan/Canvas, model-info.json, cites it; the models were removed from the API before they had another price',
  },
  'openai-image-2.5': {
    date: '2026-09-09',
    text: 'OpenAI’s pricing page as apidog.com/kr/blog/gpt-image-2-5-api cites it: both models, the same rates as gpt-image-2',
  },
  'openai-moderation': {
    date: '2026-09-23',
    text: 'moderation is free of charge; genai-prices 0.1.8 lists it without a price',
  },
  'anthropic-pricing': {
    date: '2026-11-22',
    text: 'platform.claude.com/docs/en/about-claude/pricing and the model pages of Haiku 5.5 and Sonnet 5.5, read 2026-11-22; cut of the Sonnet 5.5 cache read on 2026-10-07: github.com/kurofune/claudit v1.9.2, from the pricing page of 2026-10-24',
  },
  'anthropic-fable-5-2': {
    date: '2026-11-22',
    text: 'list price of 2026-11-09: docs.laozhang.ai/en/announcements/claude-fable-5-2-2026-11; cache prices: github.com/archid21/rightsize v0.10.2, from the pricing page; read 2026-11-22',
  },
  'anthropic-cache-rule': {
    date: '2026-11-22',
    text: 'review, formula 1: unless stated otherwise, writes cost 1.25x input for 5 minutes, which is the default lifetime, and 2x input for an hour',
  },
  'anthropic-long-context': {
    date: '2026-11-22',
    text: 'review, formula 5, and catalogue: Sonnet 4 with the 1M beta',
  },
  'anthropic-batch': {
    date: '2026-11-22',
    text: 'review, formula 7: half of every token price, fees in full',
  },
  'anthropic-fast': {
    date: '2026-11-22',
    text: 'review, formula 7 (Opus 4.6, 5, 5.5), catalogue (4.7), platform.claude.com/docs/en/about-claude/pricing, fast mode, read 2026-11-22: $10/$50 for Opus 4.8, where the catalogue has x6, and none for Fable 5 and Mythos 5, where it has x6, too',
  },
  'anthropic-regional': {
    date: '2026-11-22',
    text: 'review, formula 8: x1.1 for inference_geo "us" and regional Bedrock ids; platform.claude.com/docs/en/about-claude/pricing, read 2026-11-22: a tenth more at regional and multi-region endpoints of Google Cloud, from Sonnet 4.5 on; older models cost the same everywhere',
  },
  'tool-fees': {
    date: '2026-11-22',
    text: 'review, formula 9: web search $0.01 a call; web fetch costs nothing beyond its tokens; file search $2.50 for 1,000 calls: www.modelcostwatch.com/openai/tool-costs/file-search, from the pricing page of 2026-03-12',
  },
} as const satisfies Record<string, { date: string; text: string }>;

export type SourceKey = keyof typeof sources;
