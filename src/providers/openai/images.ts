import { TextSize } from '../../text-size.ts';
import { NO_COUNTS, textOutput, type Usage, uncachedInput } from '../../usage.ts';
import { count, fieldsOf, text } from '../fields.ts';
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
 * What was written is images, where the usage does not say otherwise. Authoring SVG is text by another
 * model: its tokens are counted, and make a call whose price is not known.
 */
function readImageUsage(raw: unknown, rawSvg: unknown): Usage | undefined {
  const usage = fieldsOf(raw);
  const svg = fieldsOf(rawSvg);
  if (usage.input_tokens == null && svg.input_tokens == null) return undefined;

  const inputImage = count(fieldsOf(usage.input_tokens_details).image_tokens);
  const inputTotal = count(usage.input_tokens) + count(svg.input_tokens);
  const rendered = count(usage.output_tokens);
  const outputText = count(fieldsOf(usage.output_tokens_details).text_tokens);
  const authored = count(svg.output_tokens);
  const reasoning = count(svg.reasoning_tokens);

  // NaN fails every comparison, so this also refuses counts that could not be read.
  const possible = inputImage <= inputTotal && outputText <= rendered && reasoning <= authored;
  if (!possible) return undefined;
  return {
    input: uncachedInput(inputTotal, { image: inputImage }),
    output: {
      total: rendered + authored,
      text: outputText + authored,
      reasoning,
      audio: 0,
      image: rendered - outputText,
    },
    serverTools: rawSvg == null ? NO_COUNTS : { svg_authoring: 1 },
    raw,
  };
}
