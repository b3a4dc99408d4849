const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/**
 * MurmurHash2, 32 bits, signed, exactly as Kafka's Java client hashes keys (org.apache.kafka.common.utils.Utils#murmur2),
 * so that a key lands on the same partition whoever wrote it.
 */
export function murmur2(data: Buffer): number {
  const { length } = data;
  let hash = SEED ^ length;
  const whole = length - (length % 4);
  for (let at = 0; at < whole; at += 4) {
    // Not `readInt32LE`: that is checked, and reckons with floating-point numbers.
    let word = Math.imul(
      byte(data, at) | (byte(data, at + 1) << 8) | (byte(data, at + 2) << 16) | (byte(data, at + 3) << 24),
      M,
    );
    word = Math.imul(word ^ (word >>> 24), M);
    hash = Math.imul(hash, M) ^ word;
  }
  const rest = length % 4;
  if (rest === 3) hash ^= byte(data, whole + 2) << 16;
  if (rest >= 2) hash ^= byte(data, whole + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ byte(data, whole), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

function byte(data: Buffer, at: number): number {
  return data[at] ?? 0;
}
