import type * as v from 'valibot';

type Issue = v.BaseIssue<unknown>;

/** A sentence for each issue, with the value that was given. */
export function describe(kind: string, issues: readonly Issue[] | undefined): string[] {
  return (issues ?? []).flatMap((issue) => {
    // The union of `false` and an object reports one issue that holds those of the object.
    const nested = issue.issues?.filter(({ path }) => path);
    return nested?.length
      ? describe(
          kind,
          nested.map((inner) => under(issue, inner)),
        )
      : [sentence(kind, issue)];
  });
}

function under(outer: Issue, inner: Issue): Issue {
  const path = [...(outer.path ?? []), ...(inner.path ?? [])] as unknown as Issue['path'];
  return path === undefined ? inner : { ...inner, path };
}

function sentence(kind: string, issue: Issue): string {
  const path = (issue.path ?? []).map((step) => String(step.key)).join('.');
  if (path === '') return `configuration: got ${quote(issue.input)}, expected an object`;
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${kind} ${path}: no such option`;
  const given = /salt$/i.test(path) ? 'a secret that cannot be used' : quote(issue.input);
  const expected = issue.message.startsWith('Invalid') ? issue.expected : issue.message;
  return `${kind} ${path}: got ${given}, expected ${expected}`;
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
