import { describe, expect, it } from 'vitest';
import { judgeNode } from './node-version.js';

describe('Node', () => {
  it.each([
    ['20.20.2', 'good', '20.20.2'],
    ['24.1.0', 'good', '24.1.0'],
    ['22.12.0', 'good', '22.12.0 (tested are 20 and 24)'],
    ['26.0.0', 'note', '26.0.0, which is newer than what was tested'],
    ['20.19.5', 'bad', '20.19.5'],
    ['18.20.8', 'bad', '18.20.8'],
  ])('%s is %s', (version, verdict, found) => {
    expect(judgeNode(version)).toMatchObject({ subject: 'Node', verdict, found });
  });

  it('is to be installed where it is too old', () => {
    expect(judgeNode('18.20.8').todo).toBe('Install Node 20.20 or later, from https://nodejs.org.');
  });
});
