import type { Client } from '../../sdk/types.ts';
import { hostOf } from '../host.ts';

/** Vendors that this SDK is often pointed at, under the names that the conventions give them. */
const BY_HOST: readonly [suffix: string, vendor: string][] = [
  ['.azure.com', 'azure.ai.openai'],
  ['.azure.us', 'azure.ai.openai'],
  ['.azure.cn', 'azure.ai.openai'],
  ['.amazonaws.com', 'aws.bedrock'],
  ['.api.aws', 'aws.bedrock'],
  ['.googleapis.com', 'gcp.gemini'],
  ['.deepseek.com', 'deepseek'],
  ['.groq.com', 'groq'],
  ['.mistral.ai', 'mistral_ai'],
  ['.perplexity.ai', 'perplexity'],
  ['.x.ai', 'x_ai'],
];

/** Azure's and Bedrock's clients are known by members of their own: they may talk through any host. */
export function vendorOf(client: Client): string {
  if ('deploymentName' in client) return 'azure.ai.openai';
  if ('bedrockTokenProvider' in client) return 'aws.bedrock';
  const host = hostOf(client.baseURL);
  if (host === 'api.openai.com') return 'openai';
  return BY_HOST.find(([suffix]) => host.endsWith(suffix))?.[1] ?? 'openai';
}
