/** A request the provider refuses; answered as that provider's JSON error. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;
  /** Anthropic's `error.details`, with an `error_code`. */
  readonly details: object | null;

  constructor(status: number, message: string, details: object | null = null) {
    super(message);
    this.status = status;
    this.details = details;
  }
}
