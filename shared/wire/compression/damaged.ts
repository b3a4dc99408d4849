import { KitError } from '#shared/errors';

/** The error of compressed data that are not what they should be, or too much. */
export function damaged(found: string): KitError {
  return new KitError('protocol', `Decompressing: ${found}`);
}

/** Makes sure that `count` bytes from `at` on lie before `end`. */
export function need(at: number, count: number, end: number): void {
  if (count < 0 || count > end - at) throw damaged(`${count} bytes are announced where ${end - at} are left`);
}
