import { describe, expect, it } from 'vitest';
import { judgeDisk, lookAtTemporaryFolder } from './disk.js';

describe('a folder', () => {
  it('has room, little room, or refuses', () => {
    const folder = '/data';
    expect(judgeDisk('Disk', { folder, free: 59_000, refusal: undefined })).toEqual({
      subject: 'Disk',
      verdict: 'good',
      found: '57 GB free in /data',
    });
    expect(judgeDisk('Disk', { folder, free: 100, refusal: undefined })).toMatchObject({
      verdict: 'note',
      found: '100 MB free in /data',
    });
    expect(judgeDisk('Disk', { folder, free: undefined, refusal: undefined }).verdict).toBe('good');
    expect(judgeDisk('Disk', { folder, free: 59_000, refusal: 'EROFS: read-only file system' })).toMatchObject({
      verdict: 'bad',
      found: 'nothing can be written to /data: EROFS: read-only file system',
    });
  });

  it('for temporary files is written to', async () => {
    expect(await lookAtTemporaryFolder()).toMatchObject({ refusal: undefined });
  });
});
