import { TokenmeterError } from '../errors.ts';

/** What should be estimated is not a request that could be made. */
export class EstimateError extends TokenmeterError {
  override readonly name = 'EstimateError';
  /** One line for each thing that is wrong. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Cannot estimate this request: ${problems.join('; ')}`);
    this.problems = problems;
  }
}
