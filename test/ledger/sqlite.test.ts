import { after, before, describe } from 'node:test';
import { SqliteStore } from '../../src/ledger/stores/sqlite.ts';
import { temporaryFolder } from '../support/fake-sdk.ts';
import { conformance, type Place } from './conformance.ts';

describe('a ledger in SQLite', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let place: Place;
  before(async () => {
    folder = await temporaryFolder();
    place = {
      async open(name) {
        const store = new SqliteStore({ path: `${folder.path}/${name}.db`, fsync: 'normal' });
        await store.open();
        return store;
      },
    };
  });
  after(() => folder[Symbol.asyncDispose]());
  conformance(() => place);
});
