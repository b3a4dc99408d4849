import { describe, expect, it } from 'vitest';
import { judgePlatform, lookAtPlatform } from './platform.js';

describe('the platform', () => {
  it.each([
    [{ system: 'linux', architecture: 'x64', glibc: '2.36' }, 'good', 'Linux x64, glibc 2.36'],
    [
      { system: 'linux', architecture: 'arm64', glibc: '2.39' },
      'good',
      'Linux arm64 (all of this is tested on Linux x64 only)',
    ],
    [
      { system: 'darwin', architecture: 'arm64', glibc: undefined },
      'good',
      'macOS arm64 (all of this is tested on Linux x64 only)',
    ],
    [
      { system: 'win32', architecture: 'x64', glibc: undefined },
      'good',
      'Windows x64 (all of this is tested on Linux x64 only)',
    ],
    [
      { system: 'linux', architecture: 'x64', glibc: undefined },
      'bad',
      'Linux x64 without glibc, as Alpine Linux has it (musl)',
    ],
    [{ system: 'darwin', architecture: 'x64', glibc: undefined }, 'bad', 'macOS x64'],
    [{ system: 'freebsd', architecture: 'x64', glibc: undefined }, 'bad', 'freebsd x64'],
  ] as const)('%j is %s', (platform, verdict, found) => {
    expect(judgePlatform(platform)).toMatchObject({ verdict, found });
  });

  it('is that of this process', () => {
    expect(lookAtPlatform()).toMatchObject({ system: process.platform, architecture: process.arch });
  });
});
