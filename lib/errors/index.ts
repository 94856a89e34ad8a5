/** One table of error codes: it alone decides the HTTP status, whether a job retries, and the log level. */
export const ERROR_CODES = {
  invalid_input: { status: 422, retry: false, log: 'info', title: 'Input not accepted' },
  unauthenticated: { status: 401, retry: false, log: 'info', title: 'Sign in first' },
  forbidden: { status: 403, retry: false, log: 'info', title: 'Not allowed' },
  not_found: { status: 404, retry: false, log: 'info', title: 'Not found' },
  conflict: { status: 409, retry: false, log: 'info', title: 'Conflict' },
  on_hold: { status: 409, retry: false, log: 'info', title: 'On hold' },
  precondition_failed: { status: 412, retry: false, log: 'info', title: 'Changed since it was read' },
  payload_too_large: { status: 413, retry: false, log: 'info', title: 'Body too large' },
  unsupported_media_type: { status: 415, retry: false, log: 'info', title: 'Unsupported content type' },
  rank_deficient: { status: 422, retry: false, log: 'warn', title: 'The data do not determine the model' },
  not_positive_definite: { status: 422, retry: false, log: 'warn', title: 'Matrix is not positive definite' },
  out_of_domain: { status: 422, retry: false, log: 'warn', title: 'Value outside the domain' },
  not_converged: { status: 422, retry: false, log: 'warn', title: 'No convergence' },
  time_limit: { status: 422, retry: false, log: 'info', title: 'Takes too long' },
  rate_limited: { status: 429, retry: true, log: 'warn', title: 'Too many requests' },
  dependency_unavailable: { status: 503, retry: true, log: 'warn', title: 'A dependency is not available' },
  dimension_mismatch: { status: 500, retry: false, log: 'error', title: 'Dimension mismatch' },
  internal: { status: 500, retry: true, log: 'error', title: 'Internal error' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The only error type that services and pure parts throw on purpose. The message says what, which value, and what to do. */
export class AppError extends Error {
  override readonly name = 'AppError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
  get status(): number {
    return ERROR_CODES[this.code].status;
  }
  get retry(): boolean {
    return ERROR_CODES[this.code].retry;
  }
}

/** Whether an error says that something that all work depends on is unavailable: not the caller's fault, and not one of its attempts. */
export const isAway = (e: AppError): boolean => e.code === 'dependency_unavailable' && e.details['away'] === true;

/** Any thrown thing as an AppError; what is unknown becomes `internal` with the original as its cause. */
export function toAppError(e: unknown): AppError {
  if (e instanceof AppError) return e;
  return new AppError('internal', e instanceof Error ? e.message : String(e), {}, { cause: e });
}
