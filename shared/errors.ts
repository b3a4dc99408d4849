/** Every way in which the kit itself refuses or fails; the codes are stable, the sentences are for people. */
export const errorCodes = [
  'usage',
  'cluster-unreachable',
  'producer-fenced',
  'topic-mismatch',
  'port-taken',
  'protocol',
  'schema',
  'record-undecodable',
  'record-unscorable',
  'record-unprocessable',
  'model-missing',
  'model-invalid',
  'model-hash-mismatch',
  'model-golden-mismatch',
  'model-unexplained',
  'platform-unsupported',
  'topology',
  'run-failed',
  'state-store',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * The one error class of the kit. Its message says what was being done, what was found and what would be right;
 * `cause` keeps what a library threw.
 */
export class KitError extends Error {
  override readonly name = 'KitError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Wraps anything thrown; an error that is already a KitError passes through unchanged. */
  static from(reason: unknown, code: ErrorCode = 'internal', doing?: string): KitError {
    if (reason instanceof KitError) return reason;
    const found = reason instanceof Error ? reason.message : String(reason);
    return new KitError(code, doing === undefined ? found : `${doing}: ${found}`, { cause: reason });
  }
}
