import { gunzipSync } from 'node:zlib';
import { KitError } from '#shared/errors';
import { maxFrameBytes } from '../frame.js';
import type { Compression } from '../record-batch.js';
import { openLz4 } from './lz4.js';
import { openSnappy } from './snappy.js';
import { openZstd } from './zstd.js';

const open: Record<Exclude<Compression, 'none'>, (bytes: Buffer, limitBytes: number) => Buffer> = {
  gzip: (bytes, limitBytes) => gunzipSync(bytes, { maxOutputLength: limitBytes }),
  snappy: openSnappy,
  lz4: openLz4,
  zstd: openZstd,
};

/**
 * Opens what one of Kafka's codecs has compressed, as the clients frame it: gzip, snappy (a block, or snappy-java's stream),
 * LZ4 and Zstandard frames. The result is a copy, except of what is not compressed.
 * @throws KitError 'protocol' where the data are damaged or more than `limitBytes` would come out; memory stays within it, too.
 */
export function decompress(compression: Compression, bytes: Buffer, limitBytes = maxFrameBytes): Buffer {
  if (compression === 'none') return bytes;
  try {
    return open[compression](bytes, limitBytes);
  } catch (reason) {
    throw new KitError(
      'protocol',
      `Opening ${bytes.length} bytes of ${compression}: ${KitError.from(reason).message}`,
      {
        cause: reason,
      },
    );
  }
}
