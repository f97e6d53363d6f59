import { type ImageSize, imageSize } from './image-size.ts';

/** Tokens of an image itself, and of each tile of 512 pixels square that is seen in detail. */
interface TileRule {
  readonly models: RegExp;
  readonly base: number;
  readonly tile: number;
}

/** OpenAI's guide on images, "calculating costs"; models that are not in its table of tiles are not here. */
const TILE_RULES: readonly TileRule[] = [
  { models: /^(?:ft:)?gpt-4o-mini(?:-\d{4}-\d\d-\d\d)?$/, base: 2833, tile: 5667 },
  { models: /^(?:ft:)?gpt-4o(?:-\d{4}-\d\d-\d\d)?$|^gpt-4-turbo/, base: 85, tile: 170 },
  { models: /^(?:ft:)?gpt-4\.1(?:-\d{4}-\d\d-\d\d)?$|^gpt-4\.5-preview/, base: 85, tile: 170 },
  { models: /^o3(?:-\d{4}-\d\d-\d\d)?$/, base: 75, tile: 150 },
  { models: /^gpt-5(?:-chat-latest|-\d{4}-\d\d-\d\d)?$/, base: 70, tile: 140 },
];

const DATA_URL = /^data:image\/[\w.+-]+;base64,/;

/**
 * The tokens of an image given by URL. With `detail: 'low'` they are the same for every size; else the size must be
 * in the URL's data. `auto`, which leaves the detail to OpenAI, counts as `high`.
 */
export function openaiImageTokens(model: string, url: unknown, detail: unknown): number | undefined {
  const rule = TILE_RULES.find(({ models }) => models.test(model));
  if (rule === undefined) return undefined;
  if (detail === 'low') return rule.base;
  const header = typeof url === 'string' ? DATA_URL.exec(url.slice(0, 100))?.[0] : undefined;
  if (header === undefined) return undefined;
  const size = imageSize((url as string).slice(header.length));
  return size && rule.base + rule.tile * tiles(size);
}

/** Scaled down to fit into 2048 pixels square, then to 768 pixels of the shorter side. */
function tiles({ width, height }: ImageSize): number {
  const fit = Math.min(1, 2048 / Math.max(width, height));
  const scale = fit * Math.min(1, 768 / (Math.min(width, height) * fit));
  const along = (pixels: number) => Math.max(1, Math.ceil(Math.round(pixels * scale) / 512));
  return along(width) * along(height);
}
