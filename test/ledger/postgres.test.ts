import { after, before, describe } from 'node:test';
import { PostgresStore } from '../../src/ledger/stores/postgres.ts';
import { missingPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import { conformance, type Place } from './conformance.ts';

describe('a ledger in PostgreSQL', { skip: missingPostgres }, () => {
  let server: Postgres;
  let place: Place;
  before(async () => {
    server = await startPostgres();
    place = {
      async open(name) {
        const store = new PostgresStore(`${server.url}?schema=${name}`);
        await store.open();
        return store;
      },
    };
  });
  after(() => server[Symbol.asyncDispose]());
  conformance(() => place);
});
