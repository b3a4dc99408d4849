import { expect, it } from 'vitest';
import type { EarlierReport } from '../harness/report.js';
import { against } from './against.js';

const contender = (name: string, kind: 'rate' | 'size', figure: string, values: number[]) => ({
  name,
  figures: [{ name: figure, unit: '', kind, values }],
});

const report = (...contenders: ReturnType<typeof contender>[]): EarlierReport => ({
  machine: {},
  runs: 3,
  records: 1,
  pinned: true,
  cases: [{ name: 'end-to-end', contenders }],
});

it('tells ours in proportion to a rival by the rounds of both', () => {
  const [line, ...more] = against(
    report(
      contender('streams-at-least-once', 'rate', 'events', [100, 300, 200]),
      contender('java-at-least-once', 'rate', 'events', [50, 100, 200]),
    ),
  );
  expect(line).toMatch(/events, streams-at-least-once ÷ java-at-least-once +2\.00 \(1\.00 – 3\.00\) +wished: ≥ 2$/);
  expect(more).toEqual([]);
});

it('says where less is wished than there is, and of what was not measured nothing', () => {
  const memory = (mine: number) =>
    against(
      report(
        contender('streams-exactly-once', 'size', 'memory', [mine]),
        contender('java-exactly-once', 'size', 'memory', [100]),
      ),
    );
  expect(memory(95)).toEqual([expect.stringMatching(/0\.950 .*wished: ≤ 0\.9 {2}NOT REACHED$/)]);
  expect(memory(80)).toEqual([expect.stringMatching(/0\.800 .*wished: ≤ 0\.9$/)]);
  expect(against(report(contender('streams-exactly-once', 'size', 'memory', [1])))).toEqual([]);
});
