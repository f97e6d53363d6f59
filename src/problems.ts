import type { BaseIssue } from 'valibot';

export type Issue = BaseIssue<unknown>;

/**
 * One line for each thing that is wrong with what was given: where it is, what it is, and what it should be.
 *
 * @param where Says what kind of thing it is, such as `option`; or where it stands.
 */
export function problemsOf(
  where: string | ((issue: Issue) => string),
  issues: readonly Issue[] | undefined,
): string[] {
  return (issues ?? []).flatMap((issue) => {
    // The union of `false` and an object reports one issue that holds those of the object.
    const nested = issue.issues?.filter(({ path }) => path);
    return nested?.length
      ? problemsOf(
          where,
          nested.map((inner) => under(issue, inner)),
        )
      : [sentence(typeof where === 'string' ? where : where(issue), issue)];
  });
}

function under(outer: Issue, inner: Issue): Issue {
  const path = [...(outer.path ?? []), ...(inner.path ?? [])] as unknown as Issue['path'];
  return path === undefined ? inner : { ...inner, path };
}

function sentence(where: string, issue: Issue): string {
  const path = (issue.path ?? []).map((step) => String(step.key)).join('.');
  if (path === '') return `configuration: got ${quote(issue.input)}, expected an object`;
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${where} ${path}: no such option`;
  const value = issue.path?.at(-1)?.value ?? issue.input;
  const given = /salt$/i.test(path) ? 'a secret that cannot be used' : quote(value);
  const expected = issue.message.startsWith('Invalid') ? issue.expected : issue.message;
  return `${where} ${path}: got ${given}, expected ${expected}`;
}

/** The value as one would write it, of which a list or an object without a prototype has no text of its own. */
function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
}
