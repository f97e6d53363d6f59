import type { Client } from '../../sdk/types.ts';
import { hostOf } from '../host.ts';

/** The members that tell the clients of old versions apart; newer ones name their platform. */
interface VendorClient {
  readonly _genAIProviderName?: unknown;
  readonly awsRegion?: unknown;
  readonly projectId?: unknown;
}

export function vendorOf(client: Client): string {
  const { _genAIProviderName: named, awsRegion, projectId } = client as VendorClient;
  if (typeof named === 'string' && named !== 'anthropic') return named;
  if (projectId !== undefined) return 'gcp.vertex_ai';
  const host = hostOf(client.baseURL);
  // Anthropic's own platform on AWS has a region too.
  if (host.includes('bedrock') || (awsRegion !== undefined && named === undefined)) return 'aws.bedrock';
  return host.endsWith('.azure.com') ? 'azure.ai.inference' : 'anthropic';
}
