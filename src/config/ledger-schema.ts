import * as v from 'valibot';
import { COUNT, filled, SECONDS } from './values.ts';

const DAYS = 'a whole number of days above 0';
const days = v.pipe(v.number(DAYS), v.safeInteger(DAYS), v.minValue(1, DAYS));
const FSYNC = 'one of normal, always';

/** The option `ledger`. */
export const LedgerSchema = v.union(
  [
    v.boolean('true, false or an object'),
    v.strictObject(
      {
        sqlite: v.optional(filled('the path of a file')),
        postgres: v.optional(filled('the URL of a PostgreSQL database')),
        flushSeconds: v.optional(v.pipe(v.number(SECONDS), v.finite(SECONDS), v.gtValue(0, SECONDS))),
        fsync: v.optional(v.picklist(['normal', 'always'], FSYNC)),
        keepDays: v.optional(days),
        keepAggregatesDays: v.optional(days),
        maxQueue: v.optional(v.pipe(v.number(COUNT), v.safeInteger(COUNT), v.minValue(1, COUNT))),
      },
      (issue) => (issue.expected === 'never' ? 'no such option' : 'true, false or an object'),
    ),
  ],
  'true, false or an object',
);
