import { BUDGET, LABEL, SCOPE } from '../promql.ts';

const KEY = [LABEL.job, LABEL.budget, ...SCOPE];

/** A recorded number of the same budget and scope, in its unit. */
function amount(series: string): string {
  const matchers = [...KEY, LABEL.unit].map((label) => `${label}=%q`).join(',');
  const values = [...KEY, LABEL.unit].map((label) => `$labels.${label}`).join(' ');
  return (
    `{{ with query (printf \`${series}{${matchers}}\` ${values}) }}` +
    `{{ if eq $labels.${LABEL.unit} "usd" }}\${{ . | first | value | printf "%.2f" }}` +
    `{{ else }}{{ . | first | value | humanize }} {{ $labels.${LABEL.unit} }}{{ end }}{{ end }}`
  );
}

/** "$41.20 of $50.00" */
export const SPENT_OF_LIMIT = `${amount(BUDGET.spent)} of ${amount(BUDGET.limit)}`;

/** "Budget team-day of shop (team research)"; one that Prometheus keeps is of all apps. */
export const BUDGET_NAME = `Budget {{ $labels.${LABEL.budget} }}{{ with $labels.${LABEL.job} }} of {{ . }}{{ end }}${SCOPE.map(
  (label) =>
    `{{ with $labels.${label} }} (${label.replace(/^gen_ai_/, '').replaceAll('_', ' ')} {{ . }}){{ end }}`,
).join('')}`;
