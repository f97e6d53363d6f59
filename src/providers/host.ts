const hosts = new Map<string, string>();
const MAX_HOSTS = 100;

/** The host name in a base URL, or the empty string. Parsed once for each. */
export function hostOf(baseURL: unknown): string {
  if (typeof baseURL !== 'string') return '';
  let host = hosts.get(baseURL);
  if (host === undefined) {
    host = URL.canParse(baseURL) ? new URL(baseURL).hostname : '';
    if (hosts.size < MAX_HOSTS) hosts.set(baseURL, host);
  }
  return host;
}
