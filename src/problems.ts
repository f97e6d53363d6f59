import type { BaseIssue } from 'valibot';
import { isPlain } from './pricing/plain.ts';

export type Issue = BaseIssue<unknown>;

/** A URL may have a password. */
const SECRETS = /(salt|store\.redis|ledger\.postgres)$/i;

type Where = string | ((issue: Issue) => string);

const NO_SUCH_OPTION = 'no such option';

/**
 * One line for each thing that is wrong with what was given: where it is, what it is, and what it should be.
 *
 * @param where Says what kind of thing it is, such as `option`; or where it stands.
 */
export function problemsOf(where: Where, issues: readonly Issue[] | undefined): string[] {
  // Two checks of one value may expect the same.
  return [...new Set((issues ?? []).flatMap(leaves).map((issue) => sentence(where, issue)))];
}

/** The union of `false` and an object reports one issue that holds those of the object. */
function leaves(issue: Issue): Issue[] {
  const nested = issue.issues?.filter(({ path }) => path);
  return nested?.length ? nested.flatMap((inner) => leaves(under(issue, inner))) : [issue];
}

function under(outer: Issue, inner: Issue): Issue {
  const path = [...(outer.path ?? []), ...(inner.path ?? [])] as unknown as Issue['path'];
  return path === undefined ? inner : { ...inner, path };
}

function sentence(where: Where, issue: Issue): string {
  const path = (issue.path ?? []).map((step) => String(step.key)).join('.');
  const place = typeof where === 'function' ? where(issue) : path === '' ? 'configuration:' : where;
  const name = path === '' ? '' : ` ${path}:`;
  const isUnknown = issue.type === 'strict_object' && issue.expected === 'never';
  if (isUnknown || issue.message === NO_SUCH_OPTION) return `${place}${name} ${NO_SUCH_OPTION}`;
  const value = issue.path?.at(-1)?.value ?? issue.input;
  const isSecret = typeof value === 'string' && SECRETS.test(path);
  const given = isSecret ? 'a secret that cannot be used' : quote(value);
  const expected = path === '' && typeof where === 'string' ? 'an object' : expectationOf(issue);
  return `${place}${name} got ${given}, expected ${expected}`;
}

function expectationOf({ message, expected }: Issue): string | null {
  return message.startsWith('Invalid') ? expected : message;
}

/** The value as one would write it, of which a list or an object without a prototype has no text of its own. */
function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return 'a list';
  if (isPlain(value)) return 'an object';
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
}
