import { stringify } from 'yaml';
import type { RuleGroup } from './types.ts';

/** A rule file. `comment` stands at its top. */
export function toYaml(comment: string, groups: readonly RuleGroup[]): string {
  const head = comment.replace(/^/gm, '# ');
  return `${head}\n${stringify({ groups }, { lineWidth: 0, blockQuote: 'literal', aliasDuplicateObjects: false })}`;
}
