const UNITS = ['k', 'M', 'G'];

/** `$1.23`, and `$0.0123` below a dollar; a dash where no price is known. */
export function formatUsd(usd: number | undefined): string {
  if (usd === undefined) return '–';
  return `$${usd < 0.99995 ? usd.toFixed(4) : withCommas(usd.toFixed(2))}`;
}

/** Three digits and a unit: `987`, `12.3k`, `4.56M`. */
export function formatShort(count: number): string {
  if (count < 999.5) return String(Math.round(count));
  let rest = count / 1000;
  let unit = 0;
  for (; rest >= 999.5 && unit < UNITS.length - 1; unit++) rest /= 1000;
  return `${threeDigits(rest)}${UNITS[unit]}`;
}

/** Every digit: `1,234,567`. */
export function formatCount(count: number): string {
  return withCommas(String(Math.round(count)));
}

/** `42 %`; what is less than half a percent and not nothing is `<1 %`. */
export function formatShare(part: number, whole: number): string {
  if (!(whole > 0)) return '–';
  const percent = Math.round((100 * part) / whole);
  return percent === 0 && part > 0 ? '<1 %' : `${percent} %`;
}

/** `0.42s`, `12.3s`. */
export function formatSeconds(seconds: number): string {
  return Number.isFinite(seconds) ? `${threeDigits(seconds)}s` : '–';
}

/** `0:07`, `12:30`. */
export function formatClock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

function withCommas(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
