import { readUsageContext, type UsageContext } from '../context.ts';
import { cleanLabel } from '../label.ts';
import type { Params } from '../providers/types.ts';
import { warnOnce } from '../report.ts';
import type { UserResolver } from './pipeline.ts';

/** On whose behalf a call is made. */
export interface Who extends UsageContext {
  /** The user as metrics, spans and records may show him; undefined where they may not. */
  readonly shownUser?: string | undefined;
}

/** What the app's options say of users. */
export interface UserRules {
  readonly resolve?: UserResolver | undefined;
  show(user: string): string | undefined;
}

interface Asked {
  readonly provider: string;
  readonly operation: string;
  readonly params: Params;
}

/** On whose behalf: what `withUsageContext` says, then the resolver, then the request. */
export function identify(
  context: UsageContext,
  rules: UserRules,
  asked: Asked,
  named: string | undefined,
): Who {
  const resolved = context.user === undefined && rules.resolve ? resolve(rules.resolve, asked) : undefined;
  const user = context.user ?? resolved?.user ?? cleanLabel(named);
  if (user === undefined) return resolved ? { ...resolved, ...context } : context;
  return { ...resolved, ...context, user, shownUser: rules.show(user) };
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
