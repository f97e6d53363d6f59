import { readUsageContext, type UsageContext } from '../context.ts';
import { cutLabel } from '../label-length.ts';
import type { Params } from '../providers/types.ts';
import { warnOnce } from '../report.ts';
import type { UserResolver } from './pipeline.ts';

interface Asked {
  readonly provider: string;
  readonly operation: string;
  readonly params: Params;
}

/** On whose behalf: what `withUsageContext` says, then the resolver, then the request. */
export function identify(
  context: UsageContext,
  resolver: UserResolver | undefined,
  asked: Asked,
  named: string | undefined,
): UsageContext {
  if (context.user !== undefined) return context;
  const resolved = resolver && resolve(resolver, asked);
  const user = resolved?.user ?? cutLabel(named);
  if (resolved === undefined) return user === undefined ? context : { ...context, user };
  return { ...resolved, ...context, ...(user !== undefined && { user }) };
}

function resolve(resolver: UserResolver, asked: Asked): UsageContext | undefined {
  try {
    const found: unknown = resolver({ ...asked });
    if (found instanceof Promise) {
      found.catch(() => {});
      throw new TypeError('it returned a promise; a call cannot wait for it');
    }
    return readUsageContext(typeof found === 'object' ? found : { user: found });
  } catch (fault) {
    warnOnce('user resolver', 'the `user` resolver failed; calls go on without it', fault);
    return undefined;
  }
}
