import { withoutPassword } from '../../destinations.ts';
import { ConfigError } from '../../errors.ts';
import { isPostgres } from '../place.ts';

/** Unless the URL says `?schema=name`. */
const SCHEMA = 'tokenmeter';

/** What needs no quotes, in SQL and on the server's command line. */
const PLAIN_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

export interface PostgresAddress {
  /** Without secrets, for messages. */
  readonly name: string;
  /** As the driver takes it. */
  readonly url: string;
  readonly schema: string;
  /** What the server is started with for this connection. */
  readonly options: string;
}

/** @throws {ConfigError} where it cannot be used. What is said never has the URL in it: there may be a password. */
export function postgresAddress(place: string): PostgresAddress {
  if (!URL.canParse(place) || !isPostgres(place))
    throw new ConfigError([
      'option ledger.postgres: got something else than a URL such as postgres://host/database',
    ]);
  const url = new URL(place);
  if (`${url.pathname}${url.search}${url.hash}`.includes('@'))
    throw new ConfigError([
      'option ledger.postgres: got an @ after the host, expected it as %40, and / ? # of a password as %2F %3F %23',
    ]);
  const schema = url.searchParams.get('schema') ?? SCHEMA;
  if (!PLAIN_NAME.test(schema))
    throw new ConfigError([
      `option ledger.postgres: got ?schema=${schema}, expected small letters, digits and _, no more than 63`,
    ]);
  const options = [url.searchParams.get('options') ?? '', `-c search_path=${schema}`].join(' ').trim();
  url.searchParams.delete('schema');
  url.searchParams.delete('options');
  return { name: withoutPassword(place), url: url.href, schema, options };
}
