/**
 * What an SDK's version is declared not to have, such as `responses` or `messages.parse`. Nothing, unless
 * TEST_LACKING_OPENAI or TEST_LACKING_ANTHROPIC says so: only the matrix runs old versions.
 */
export function declaredLacking(sdk: 'openai' | 'anthropic'): readonly string[] {
  const names = process.env[`TEST_LACKING_${sdk.toUpperCase()}`];
  return names ? names.split(',') : [];
}
