import kafkajs from 'kafkajs';
import { KitError } from '#shared/errors';
import { type Compression, decompress } from '#shared/wire';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Lets kafkajs read what other clients have compressed with snappy, LZ4 or Zstandard; by itself it opens gzip only. */
export function registerReadCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = reading('snappy');
  CompressionCodecs[CompressionTypes.LZ4] = reading('lz4');
  CompressionCodecs[CompressionTypes.ZSTD] = reading('zstd');
}

const reading = (codec: Compression) => () => ({
  decompress: async (bytes: Buffer) => decompress(codec, bytes),
  compress: async () => {
    throw new KitError('usage', `Compressing with ${codec}: it is only read here; gzip or none can be written.`);
  },
});
