/**
 * Whether a version lies in a range such as `>=4.20.0 <8`: comparators, all of which must hold. OpenTelemetry
 * has a matcher, but only inside its loader hooks, and it must be known as well of an SDK that is handed
 * over or lies on disk. A pre-release counts as the release that it leads to.
 */
export function inRange(version: string, range: string): boolean {
  return range.split(' ').every((comparator) => {
    const [, operator = '', bound = ''] = /^([<>]=?)(.+)$/.exec(comparator) ?? [];
    const order = compare(numbers(version), numbers(bound));
    if (operator === '>=') return order >= 0;
    if (operator === '<') return order < 0;
    if (operator === '>') return order > 0;
    return operator === '<=' && order <= 0;
  });
}

/** Major, minor and patch; what is not said is 0. */
function numbers(version: string): number[] {
  return version
    .replace(/[-+].*/, '')
    .split('.')
    .map(Number);
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (let place = 0; place < 3; place++) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
