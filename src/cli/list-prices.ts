import type { UnitPrices } from '../pricing/types.ts';

const PICO_PER_USD = 1e12;

/** What a model charges for by something else than tokens; none for most. */
export function unitPrices({ audioMinute, character, image = {} }: UnitPrices = {}): string[] {
  return [
    ...(audioMinute === undefined ? [] : [`$${audioMinute / PICO_PER_USD} a minute`]),
    ...(character === undefined ? [] : [`$${usdPerMillion(character)} per million characters`]),
    ...Object.entries(image).map(([kind, price]) => `$${price / PICO_PER_USD} an image of ${kind}`),
  ];
}

/** The same in a few characters. */
export function shortUnitPrices({ audioMinute, character, image = {} }: UnitPrices = {}): string {
  const images = Object.values(image).map((price) => price / PICO_PER_USD);
  const [least, most] = [Math.min(...images), Math.max(...images)];
  return [
    ...(audioMinute === undefined ? [] : [`$${audioMinute / PICO_PER_USD}/minute`]),
    ...(character === undefined ? [] : [`$${usdPerMillion(character)}/M characters`]),
    ...(images.length === 0 ? [] : [`$${least === most ? least : `${least}-${most}`}/image`]),
  ].join(', ');
}

export function usdPerMillion(picoUsd: number): number {
  return (picoUsd * 1e6) / PICO_PER_USD;
}
