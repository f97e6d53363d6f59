import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LoaderHooks } from '../loading/loader.ts';
import { inRange } from '../loading/version-range.ts';
import { VERSION } from '../version.ts';
import type { Finding } from './types.ts';

const section = 'Runtime';
/** As in package.json. */
export const NODE_RANGES = ['>=20.19.0 <21', '>=22.12.0'];

export function checkNode(version: string): Finding {
  if (NODE_RANGES.some((range) => inRange(version, range))) {
    return { section, level: 'ok', subject: 'Node.js', text: version };
  }
  return {
    section,
    level: 'problem',
    subject: 'Node.js',
    text: `${version} is not supported`,
    advice: 'Use ^20.19 or >=22.12.',
  };
}

/** Where the app's own copy is, or this one where it has none. */
export function findRegister(folder: string): { url: string; finding: Finding } {
  const subject = 'tokenmeter';
  try {
    const path = createRequire(join(folder, 'app.js')).resolve('tokenmeter/register');
    const finding: Finding = { section, level: 'ok', subject, text: VERSION };
    return { url: pathToFileURL(path).href, finding };
  } catch {
    const finding: Finding = {
      section,
      level: 'problem',
      subject,
      text: 'is not installed here: node cannot load tokenmeter/register',
      advice: 'npm install tokenmeter @opentelemetry/api',
    };
    return { url: new URL(`../register.${own}`, import.meta.url).href, finding };
  }
}

const own = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

export function describeLoaderHooks(hooks: LoaderHooks): Finding {
  const texts = {
    synchronous: 'are seen through synchronous hooks (module.registerHooks)',
    asynchronous: 'are seen through asynchronous hooks (module.register)',
    none: 'are not seen: no loader hooks could be registered',
  };
  const level = hooks === 'none' ? 'warning' : 'ok';
  return { section, level, subject: 'ES modules', text: texts[hooks] };
}
