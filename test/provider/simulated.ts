import { after, before } from 'node:test';
import { connect } from './clients.ts';
import { type Provider, startProvider } from './server.ts';
import type { BilledCall } from './types.ts';

export interface Simulated {
  readonly provider: Provider;
  readonly sdk: ReturnType<typeof connect>;
  lastBilled(): Pick<BilledCall, 'endpoint' | 'model' | 'stream' | 'usage'>;
}

/** A provider and the SDKs on it, for the tests of one file. */
export function simulated(): Simulated {
  const set = {} as { -readonly [Key in keyof Simulated]: Simulated[Key] };
  before(async () => {
    set.provider = await startProvider();
    set.sdk = connect(set.provider);
    set.lastBilled = () => {
      const last = set.provider.billed.at(-1);
      if (last === undefined) throw new Error('nothing is billed');
      const { endpoint, model, stream, usage } = last;
      return { endpoint, model, stream, usage };
    };
  });
  after(() => set.provider.close());
  return set;
}
