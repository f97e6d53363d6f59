import { TextSize } from '../../text-size.ts';
import { NO_COUNTS, sumOfTokens, type Tokens, textOutput, type Usage, uncachedInput } from '../../usage.ts';
import { count, type Fields, fieldsOf, text } from '../fields.ts';
import type { Params, ResponseFacts, StreamReader } from '../types.ts';

/** The model of requests that name none. */
const DEFAULT_MODEL = 'dall-e-2';

/** GPT Image models are charged by the token, DALL·E by the image: its size, its quality, and how many. */
export function images(body: unknown, params: Params): ResponseFacts | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = fieldsOf(body);
  const requested = text(params.model);
  const model = requested ?? DEFAULT_MODEL;
  const byTheImage = model.startsWith('dall-e') && fields.usage == null && Array.isArray(fields.data);
  return {
    model: requested === undefined ? model : undefined,
    rawUsage: fields.usage,
    usage: byTheImage
      ? imageCount((fields.data as unknown[]).length, {
          size: text(fields.size) ?? text(params.size) ?? '1024x1024',
          quality: text(fields.quality) ?? text(params.quality) ?? 'standard',
        })
      : readImageUsage(fields.usage, fields.svg_usage),
  };
}

/** The events of a streamed image; the last one has the usage. */
export function imageStream(params: Params): StreamReader {
  let completed: unknown;
  return {
    written: new TextSize(),
    push(event) {
      if (/\.completed$/.test(String(fieldsOf(event).type))) completed = event;
    },
    get complete() {
      return completed !== undefined;
    },
    facts: () => images(completed ?? {}, params) ?? {},
  };
}

function imageCount(count: number, { size, quality }: { size: string; quality: string }): Usage {
  return {
    input: uncachedInput(0),
    output: textOutput(0),
    units: { images: { count, size, quality } },
    serverTools: NO_COUNTS,
    raw: undefined,
  };
}

/**
 * What an image model used. What it wrote is images, where the usage does not say otherwise. Undefined when the
 * object has no counts, or counts that cannot be true.
 */
export function readImageTokens(raw: unknown): Tokens | undefined {
  const usage = fieldsOf(raw);
  const details = fieldsOf(usage.input_tokens_details);
  const total = count(usage.input_tokens ?? Number.NaN);
  const image = count(details.image_tokens);
  const cacheRead = count(usage.cached_tokens);
  const cachedDetails = fieldsOf(usage.cached_tokens_details);
  const cachedImage = count(cachedDetails.cached_image_tokens);
  const rendered = count(usage.output_tokens ?? Number.NaN);
  const text = count(fieldsOf(usage.output_tokens_details).text_tokens);

  // NaN fails every comparison, so this also refuses counts that could not be read.
  const possible = image <= total && cachedImage <= cacheRead && cacheRead <= total && text <= rendered;
  if (!possible) return undefined;
  return {
    input: {
      ...uncachedInput(total, { image }),
      uncached: total - cacheRead,
      cacheRead,
      ...(usage.cached_tokens_details != null && { cachedAudio: 0, cachedImage }),
    },
    output: { total: rendered, text, reasoning: 0, audio: 0, image: rendered - text },
  };
}

/**
 * Authoring SVG is text by another model: its tokens are counted, and make a call whose price is not known.
 */
export function readImageUsage(raw: unknown, rawSvg?: unknown): Usage | undefined {
  const svg = fieldsOf(rawSvg);
  if (raw == null && svg.input_tokens == null) return undefined;
  const rendered = raw == null ? NOTHING : readImageTokens(raw);
  if (rawSvg == null || rendered === undefined)
    return rendered && { ...rendered, serverTools: NO_COUNTS, raw };
  const authored = authoring(svg);
  return authored && { ...sumOfTokens([rendered, authored]), serverTools: { svg_authoring: 1 }, raw };
}

function authoring(svg: Fields): Tokens | undefined {
  const input = count(svg.input_tokens);
  const output = count(svg.output_tokens);
  const reasoning = count(svg.reasoning_tokens);
  const possible = input >= 0 && reasoning <= output;
  return possible ? { input: uncachedInput(input), output: textOutput(output, reasoning) } : undefined;
}

const NOTHING: Tokens = { input: uncachedInput(0), output: textOutput(0) };
