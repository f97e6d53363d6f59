/** All that needs Kysely and Temporal, in one place: loaded with the first question. */
export { callOf, pages } from './rows.ts';
export { costByModel, dailySummary, topUsers, userUsage } from './summaries.ts';
export { usage } from './usage.ts';
