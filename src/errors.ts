/** The base of every error this package throws. */
export class TokenmeterError extends Error {
  override readonly name: string = 'TokenmeterError';
}

/** An option or an environment variable has a value that cannot be used. */
export class ConfigError extends TokenmeterError {
  override readonly name = 'ConfigError';
  /** One line for each thing that is wrong. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Invalid configuration: ${problems.join('; ')}`);
    this.problems = problems;
  }
}
