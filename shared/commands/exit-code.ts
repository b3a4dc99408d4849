import type { ErrorCode } from '#shared/errors';

/** What the command line or a file that it names got wrong; everything else is a run that failed. */
const wrongCommand: readonly ErrorCode[] = [
  'usage',
  'model-missing',
  'model-invalid',
  'model-hash-mismatch',
  'model-golden-mismatch',
];

/** 1 the run failed, 2 the command line or a file that it names is wrong. */
export function exitCodeOf(code: ErrorCode): 1 | 2 {
  return wrongCommand.includes(code) ? 2 : 1;
}
