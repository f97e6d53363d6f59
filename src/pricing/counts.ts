import type { InputTokens, OutputTokens, Units, Usage } from '../usage.ts';

/**
 * The first count that cannot be true, or parts that do not add up to their total; undefined when all is
 * well. Takes whatever comes: a record may have been made by hand, or read from a file.
 */
export function findBadCount(usage: Usage): string | undefined {
  const { input, output, serverTools, units } = (usage ?? {}) as Partial<Usage>;
  if (!isObject(input)) return 'input';
  if (!isObject(output)) return 'output';
  if (!partsFit(serverTools, Number.MAX_SAFE_INTEGER)) return 'serverTools';
  return findBadInput(input) ?? findBadOutput(output) ?? (units == null ? undefined : findBadUnit(units));
}

function findBadInput(input: InputTokens): string | undefined {
  const { total, uncached, cacheRead, cacheWrite, audio, image, cachedAudio = 0, cachedImage = 0 } = input;
  if (!isCount(total)) return 'input.total';
  if (!isCount(uncached)) return 'input.uncached';
  if (!isCount(cacheRead)) return 'input.cacheRead';
  if (!isCount(cacheWrite)) return 'input.cacheWrite';
  if (uncached + cacheRead + cacheWrite !== total) return 'input.total';
  if (!isCount(audio)) return 'input.audio';
  if (!isCount(image)) return 'input.image';
  if (audio + image > total) return 'input.total';
  if (!isCount(cachedAudio) || cachedAudio > audio) return 'input.cachedAudio';
  if (!isCount(cachedImage) || cachedImage > image) return 'input.cachedImage';
  if (cachedAudio + cachedImage > cacheRead) return 'input.cacheRead';
  if (!partsFit(input.cacheWriteByLifetime, cacheWrite)) return 'input.cacheWriteByLifetime';
  return undefined;
}

function findBadOutput({ total, text, audio, image }: OutputTokens): string | undefined {
  if (!isCount(total)) return 'output.total';
  if (!isCount(text)) return 'output.text';
  if (!isCount(audio)) return 'output.audio';
  if (!isCount(image)) return 'output.image';
  if (text + audio + image !== total) return 'output.total';
  return undefined;
}

function findBadUnit(units: Units): string | undefined {
  if (!isObject(units)) return 'units';
  const { images, audioSeconds = 0, characters = 0 } = units;
  if (images !== undefined && !isImageCount(images)) return 'images';
  if (!isLength(audioSeconds)) return 'audioSeconds';
  if (!isCount(characters)) return 'characters';
  return undefined;
}

function isImageCount(images: NonNullable<Units['images']>): boolean {
  const { count, size = '', quality = '' } = images ?? {};
  return isCount(count) && typeof size === 'string' && typeof quality === 'string';
}

function isLength(seconds: unknown): boolean {
  return typeof seconds === 'number' && seconds >= 0 && seconds <= Number.MAX_SAFE_INTEGER;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function partsFit(parts: Readonly<Record<string, number>> | undefined, whole: number): boolean {
  let sum = 0;
  for (const name in parts) {
    const part = parts[name];
    if (!isCount(part)) return false;
    sum += part;
  }
  return sum <= whole;
}
