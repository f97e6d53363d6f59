import type { Client } from '../../sdk/types.ts';
import { text } from '../fields.ts';
import { hostOf } from '../host.ts';

const VERTEX = 'gcp.vertex_ai';

/** The members that tell the clients apart that do not name their platform. */
interface VendorClient {
  readonly _genAIProviderName?: unknown;
  readonly awsRegion?: unknown;
  readonly projectId?: unknown;
  readonly region?: unknown;
}

/** The vendors' clients are known by members of their own: they may talk through any host. */
export function vendorOf(client: Client): string {
  const { _genAIProviderName: named, awsRegion, projectId } = client as VendorClient;
  if (typeof named === 'string' && named !== 'anthropic') return named;
  if (projectId !== undefined) return VERTEX;
  if ('resource' in client) return 'azure.ai.inference';
  // Anthropic's own platform on AWS has a region too.
  if ('workspaceId' in client) return 'anthropic';
  const host = hostOf(client.baseURL);
  if (host.includes('bedrock') || (awsRegion !== undefined && named === undefined)) return 'aws.bedrock';
  return host.endsWith('.azure.com') ? 'azure.ai.inference' : 'anthropic';
}

/** Vertex AI's: `us-east5`, `eu`, `global`. Bedrock's is in the names of its models, where it counts. */
export function regionOf(client: Client): string | undefined {
  return vendorOf(client) === VERTEX ? text((client as VendorClient).region) : undefined;
}
