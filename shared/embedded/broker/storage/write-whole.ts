import { ftruncateSync, writeSync } from 'node:fs';

/** Writes bytes at the end of a file, which is at `position`. Where not all of them can be written, none are. */
export function writeWhole(file: number, bytes: Buffer, position: number): void {
  try {
    // A full disk shows in a write that takes fewer bytes than it was given; the next one then throws.
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done, bytes.length - done, position + done);
    }
  } catch (reason) {
    ftruncateSync(file, position);
    throw reason;
  }
}
