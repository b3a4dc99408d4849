import { describe, expect, it } from 'vitest';
import { crc32c } from './index.js';

describe('crc32c', () => {
  it('gives the check value of the Castagnoli polynomial', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  it('gives the values of RFC 3720, appendix B.4', () => {
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe(0x46dd794e);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)))).toBe(0x113fdb5c);
  });

  it('takes a part of the bytes, of any length and place', () => {
    const bytes = Buffer.from('....123456789....');
    expect(crc32c(bytes, 4, 13)).toBe(0xe3069283);
    expect(crc32c(bytes, 4, 4)).toBe(0);
  });
});
