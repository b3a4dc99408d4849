// Castagnoli's polynomial, bits reversed. Eight tables let one step take eight bytes ("slicing by 8").
const polynomial = 0x82f63b78;
const tables = new Uint32Array(8 * 256);
for (let byte = 0; byte < 256; byte += 1) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  tables[byte] = crc;
}
for (let i = 256; i < tables.length; i += 1) {
  const previous = tables[i - 256] ?? 0;
  tables[i] = (previous >>> 8) ^ (tables[previous & 0xff] ?? 0);
}

/** The CRC-32C checksum (RFC 3720) of bytes `start` up to `end`, as an unsigned number. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const t = tables;
  let crc = 0xffffffff;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    const b0 = byteAt(bytes, i) ^ crc;
    const b1 = byteAt(bytes, i + 1) ^ (crc >>> 8);
    const b2 = byteAt(bytes, i + 2) ^ (crc >>> 16);
    const b3 = byteAt(bytes, i + 3) ^ (crc >>> 24);
    crc =
      at(t, 1792 + (b0 & 0xff)) ^
      at(t, 1536 + (b1 & 0xff)) ^
      at(t, 1280 + (b2 & 0xff)) ^
      at(t, 1024 + (b3 & 0xff)) ^
      at(t, 768 + byteAt(bytes, i + 4)) ^
      at(t, 512 + byteAt(bytes, i + 5)) ^
      at(t, 256 + byteAt(bytes, i + 6)) ^
      at(t, byteAt(bytes, i + 7));
  }
  for (; i < end; i += 1) crc = at(t, (crc ^ byteAt(bytes, i)) & 0xff) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

// Checked by the loop bounds above; the assertion costs nothing at run time.
const at = (table: Uint32Array, index: number): number => table[index] as number;
const byteAt = (bytes: Uint8Array, index: number): number => bytes[index] as number;
