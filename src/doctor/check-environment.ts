import { type ResolvedConfig, resolveConfig } from '../config.ts';
import { withoutPassword } from '../destinations.ts';
import { ConfigError } from '../errors.ts';
import type { Finding } from './types.ts';

const section = 'Environment';

/** The variables that are set and matter, what is wrong with them, and what they come to. */
export function checkEnvironment(environment: NodeJS.ProcessEnv): {
  config: ResolvedConfig | undefined;
  findings: Finding[];
} {
  const { config, problems } = resolve(environment);
  const set = Object.entries(environment)
    .filter(([name, value]) => /^(OTEL|TOKENMETER)_/.test(name) && value)
    .filter(([name]) => !problems.some(({ subject }) => subject === name))
    .map(
      ([name, value = '']): Finding => ({ section, level: 'info', subject: name, text: shown(name, value) }),
    );
  const disabled: Finding = {
    section,
    level: 'problem',
    subject: 'OTEL_SDK_DISABLED',
    text: 'turns everything off',
    advice: 'Unset it.',
  };
  return {
    config,
    findings: [
      ...problems,
      ...(config?.disabled ? [disabled] : []),
      ...set,
      nodeOptions(environment.NODE_OPTIONS),
    ],
  };
}

function resolve(environment: NodeJS.ProcessEnv): {
  config: ResolvedConfig | undefined;
  problems: Finding[];
} {
  try {
    return { config: resolveConfig({}, environment), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // "variable NAME: got …, expected …"
    const problems = error.problems.map((problem): Finding => {
      const [, subject = 'configuration', text = problem] = /^\w+ ([\w.]+): (.*)$/.exec(problem) ?? [];
      return {
        section,
        level: 'problem',
        subject,
        text,
        advice: 'Correct or unset it: nothing is metered with it.',
      };
    });
    return { config: undefined, problems };
  }
}

/** Headers hold credentials, and so may a URL. */
function shown(name: string, value: string): string {
  return /HEADERS|KEY|TOKEN$|PASSWORD/.test(name) ? '(set)' : withoutPassword(value);
}

function nodeOptions(value: string | undefined): Finding {
  const subject = 'NODE_OPTIONS';
  if (value?.includes('tokenmeter')) return { section, level: 'ok', subject, text: `loads it: ${value}` };
  const text = 'does not load tokenmeter: start the app with `node --import tokenmeter/register`';
  return { section, level: 'info', subject, text };
}
