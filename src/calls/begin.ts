import { router } from '../providers/routes.ts';
import type { Provider } from '../providers/types.ts';
import { reportFault, warnOnce } from '../report.ts';
import type { Begin } from '../sdk/client.ts';
import { Call } from './call.ts';
import type { Pipeline } from './pipeline.ts';
import { RetrievalCall } from './retrieval.ts';

/** Decides what becomes of each request made through a provider's client. */
export function beginner(provider: Provider, pipelineOf: () => Pipeline): Begin {
  const route = router(provider);
  return (client, method, path) => {
    try {
      const found = route(method, path);
      if (found === undefined) return undefined;
      const pipeline = pipelineOf();
      if ('retrieval' in found) {
        return new RetrievalCall(pipeline, provider, found.retrieval, found.id, client);
      }
      if ('unknown' in found) {
        warnOfUnknown(provider.name, found.unknown.path);
        return new Call(pipeline, provider, found.unknown, client);
      }
      return new Call(pipeline, provider, found.endpoint, client);
    } catch (fault) {
      reportFault('beginning a call', fault);
      return undefined;
    }
  };
}

/** Once for all paths that differ in nothing but the ids in them. */
function warnOfUnknown(provider: string, path: string): void {
  const kind = path.replace(/\/(?=[^/]*\d)[^/]{8,}/g, '/…');
  warnOnce(`unknown endpoint:${provider}:${kind}`, `${provider}: POST ${path} is not known, so not metered`);
}
