import { warnVisibly } from '../report.ts';
import { registry, type SdkFacts } from './found.ts';
import { inRange } from './version-range.ts';

/** Says, once for a version, that it is metered on trust. */
export function warnOfVersion({ module, version }: SdkFacts, tested: string): void {
  if (version === undefined || inRange(version, tested)) return;
  warnVisibly(
    `version:${module}@${version}`,
    `${module} ${version} is not one of the versions that tokenmeter was tested with (${tested}). ` +
      'Its calls are metered; compare the numbers with the bill.',
  );
}

/** Says, once for a version, that the client class is not there or not what it was. */
export function noteMissingSeam(facts: SdkFacts, tested: string): void {
  const { module, version } = facts;
  const { withoutSeam } = registry();
  if (withoutSeam.some((known) => known.version === version && known.module === module)) return;
  withoutSeam.push(facts);
  warnVisibly(
    `seam:${module}@${version}`,
    `${module} ${version ?? '(version unknown)'}: calls are not metered. Its client class has no methodRequest, ` +
      `where tokenmeter sees the calls of the versions it was tested with (${tested}).`,
  );
}
