import { callOf, pages } from './rows.ts';
import { costByModel, dailySummary, topUsers, userUsage } from './summaries.ts';
import { usage } from './usage.ts';

/** All that needs Kysely and Temporal, in one place: loaded with the first question. */
export const reports = { callOf, costByModel, dailySummary, pages, topUsers, usage, userUsage };
