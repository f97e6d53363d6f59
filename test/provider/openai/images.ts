import type OpenAI from 'openai';
import { numberAt, stringAt } from '../json.ts';
import type { AnswerStream, Endpoint, GenerationRequest, StreamPart } from '../types.ts';
import { streamError } from './chat.ts';
import { imageUsage } from './usage.ts';

type Operation = 'image_generation' | 'image_edit';
type Settings = Pick<
  OpenAI.ImageGenCompletedEvent,
  'background' | 'output_format' | 'quality' | 'size' | 'b64_json'
>;
type PartialEvent = OpenAI.ImageGenPartialImageEvent | OpenAI.ImageEditPartialImageEvent;
type CompletedEvent = OpenAI.ImageGenCompletedEvent | OpenAI.ImageEditCompletedEvent;

/** One transparent pixel. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

export const imageGenerations: Endpoint = {
  name: 'images.generations',
  kind: 'images',
  defaultModel: 'gpt-image-2',
  answer: (request) => answerImages(request, 'image_generation'),
};

export const imageEdits: Endpoint = {
  name: 'images.edits',
  kind: 'images',
  defaultModel: 'gpt-image-2',
  answer: (request) => answerImages(request, 'image_edit'),
};

export const imageVariations: Endpoint = {
  name: 'images.variations',
  kind: 'images',
  defaultModel: 'dall-e-2',
  answer: dalle,
};

function answerImages(request: GenerationRequest, operation: Operation) {
  return request.model.startsWith('dall-e') ? dalle(request) : gptImages(request, operation);
}

function gptImages(request: GenerationRequest, operation: Operation) {
  const usage = imageUsage(request.counts);
  const settings = settingsOf(request);
  const { b64_json, ...rest } = settings;
  const stream: AnswerStream = {
    parts: () => imageEvents(request, operation, settings, usage),
    error: streamError,
  };
  return {
    usage,
    stream,
    body: () => ({ created: request.created, ...rest, data: images(request, () => ({ b64_json })), usage }),
  };
}

/** Charged by image, size and quality: the answer has no usage. */
function dalle(request: GenerationRequest) {
  const { body, model, created } = request;
  const revised = model.startsWith('dall-e-3') && { revised_prompt: stringAt(body, 'prompt') ?? '' };
  const image = (): OpenAI.Image =>
    body.response_format === 'b64_json'
      ? { b64_json: PIXEL, ...revised }
      : { url: `https://images.example.com/${request.id('img-')}.png`, ...revised };
  const data = images(request, image);
  const size = stringAt(body, 'size') ?? '1024x1024';
  const usage = { images: data.length, size, quality: stringAt(body, 'quality') ?? 'standard' };
  return { usage, body: (): OpenAI.ImagesResponse => ({ created, data }) };
}

function* imageEvents(
  { body, scenario, created }: GenerationRequest,
  operation: Operation,
  settings: Settings,
  usage: OpenAI.ImagesResponse.Usage,
): Generator<StreamPart> {
  const { errorat = 0, cutat = 0, hangat = 0 } = scenario;
  const asked = scenario.chunks ?? numberAt(body, 'partial_images') ?? 0;
  const partials = Math.max(asked, errorat, cutat, hangat);
  for (let partial_image_index = 0; partial_image_index < partials; partial_image_index++) {
    const type = `${operation}.partial_image` as PartialEvent['type'];
    const event: PartialEvent = {
      type,
      ...settings,
      created_at: created,
      partial_image_index,
    } as PartialEvent;
    yield { event: type, data: event, kind: 'delta' };
  }
  const type = `${operation}.completed` as CompletedEvent['type'];
  const event = { type, ...settings, created_at: created, usage } as CompletedEvent;
  yield { event: type, data: event, kind: 'end' };
}

/** `auto` is answered with what was chosen. */
function settingsOf({ body }: GenerationRequest): Settings {
  const chosen = (key: string, choice: string) => {
    const asked = stringAt(body, key) ?? 'auto';
    return asked === 'auto' ? choice : asked;
  };
  return {
    b64_json: PIXEL,
    background: chosen('background', 'opaque') as Settings['background'],
    output_format: chosen('output_format', 'png') as Settings['output_format'],
    quality: chosen('quality', 'medium') as Settings['quality'],
    size: chosen('size', '1024x1024'),
  };
}

function images({ body }: GenerationRequest, make: () => OpenAI.Image): OpenAI.Image[] {
  const length = numberAt(body, 'n') ?? 1;
  return Array.from({ length }, make);
}
