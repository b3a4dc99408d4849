import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readProfile } from './profile.js';
import { flameGraph } from './svg.js';

function written(profile: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), 'flame-')), 'a.cpuprofile');
  writeFileSync(path, typeof profile === 'string' ? profile : JSON.stringify(profile));
  return path;
}

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 11 });
/** poll calls decode, which runs for 3 ms and calls read for 1 ms; then nothing is to be done for 6 ms. */
const profile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5] },
    { id: 2, callFrame: frame('poll', 'file:///work/dist/shared/kafka/reader.js'), children: [3] },
    { id: 3, callFrame: frame('decode', 'file:///work/node_modules/avsc/lib/types.js'), children: [4] },
    { id: 4, callFrame: frame('read<T>', 'node:buffer') },
    { id: 5, callFrame: frame('(idle)') },
  ],
  samples: [3, 4, 5, 5],
  timeDeltas: [0, 3_000, 1_000, 6_000],
};

it('has what is called above what calls it, by time, without idling', () => {
  const root = readProfile(written(profile), 1);
  expect(root.ms).toBeCloseTo(4);
  const [poll] = root.calls.values();
  expect(poll).toMatchObject({ name: 'poll', where: 'shared/kafka/reader.js:12', ms: 4 });
  const [decode] = poll?.calls.values() ?? [];
  expect(decode).toMatchObject({ name: 'decode', where: 'avsc', ms: 4 });
  expect([...(decode?.calls.values() ?? [])]).toMatchObject([{ name: 'read<T>', where: 'node:buffer', ms: 1 }]);
});

it('leaves out what was before the share that is asked for', () => {
  expect(readProfile(written(profile), 0.75).ms).toBeCloseTo(1);
});

it('is drawn as wide as the time, with names that are no markup', () => {
  const svg = flameGraph(readProfile(written(profile), 1), 'a & b');
  expect(svg).toContain('a &amp; b');
  expect(svg).toMatch(/read&lt;T&gt; node:buffer 25\.0 %<\/title><rect x="0\.0" y="\d+" width="299\.5"/);
  expect(svg).not.toContain('(idle)');
});

it('refuses what is no profile in a sentence', () => {
  expect(() => readProfile(written('{"nodes":[]}'), 1)).toThrow(/is no profile that node --cpu-prof has written/);
});
