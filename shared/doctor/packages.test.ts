import { describe, expect, it } from 'vitest';
import { judgePackages, lookAtPackages } from './packages.js';

const wanted = new Map([
  ['node_modules/kafkajs', '2.2.4'],
  ['node_modules/express', '5.3.0'],
  ['node_modules/express/node_modules/@types/node', '20.19.43'],
]);
const native = new Map<string, string | undefined>([['lmdb', undefined]]);

describe('the packages', () => {
  it('are there when each is as in the lock file and native code can be loaded', () => {
    expect(judgePackages({ wanted, installed: wanted, native })).toEqual({
      subject: 'Packages',
      verdict: 'good',
      found: '3, as in package-lock.json; lmdb can be loaded',
    });
  });

  it('are to be installed where one is missing or another version', () => {
    const without = new Map([...wanted].filter(([path]) => path !== 'node_modules/express/node_modules/@types/node'));
    expect(judgePackages({ wanted, installed: without, native })).toMatchObject({
      verdict: 'bad',
      found: '@types/node is not as in package-lock.json',
      todo: 'Run npm ci.',
    });
    expect(judgePackages({ wanted, installed: new Map(), native }).found).toBe(
      'kafkajs and 2 more are not as in package-lock.json',
    );
    const older = new Map(wanted).set('node_modules/kafkajs', '2.2.3');
    expect(judgePackages({ wanted, installed: older, native }).found).toBe('kafkajs is not as in package-lock.json');
  });

  it('are to be installed here where native code of another machine cannot be loaded', () => {
    expect(judgePackages({ wanted, installed: wanted, native: native.set('lmdb', 'wrong ELF class') })).toMatchObject({
      verdict: 'bad',
      found: 'lmdb cannot be loaded: wrong ELF class',
    });
  });

  it('are looked at in this project, whose tests could not run without them', async () => {
    const packages = await lookAtPackages();
    expect(packages.wanted.get('node_modules/kafkajs')).toBe('2.2.4');
    expect(packages.native).toEqual(
      new Map([
        ['onnxruntime-node', undefined],
        ['lmdb', undefined],
      ]),
    );
  });
});
