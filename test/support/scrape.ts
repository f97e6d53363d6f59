/** What a meter has, as it is: not one of the scrapes that new series show 0 to. */
export async function look(url: string): Promise<string> {
  return text(`${url}?zero_first=false`);
}

/** As Prometheus does it. */
export async function scrape(url: string): Promise<string> {
  return text(url);
}

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response.text();
}
