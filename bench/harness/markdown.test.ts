import { expect, it } from 'vitest';
import { describeMachine } from './machine.js';
import { markdownOf } from './markdown.js';
import type { Report } from './report.js';

const contender = (name: string, value: number): Report['cases'][number]['contenders'][number] => ({
  name,
  figures: [
    { name: 'events', unit: '/s', kind: 'rate', values: [value, 3 * value, 2 * value] },
    { name: 'memory', unit: 'MB', kind: 'size', values: [value / 100, value / 100, value / 100] },
  ],
});
const report = (cases: Report['cases']): Report => ({
  machine: { ...describeMachine() },
  runs: 3,
  records: 300_000,
  pinned: true,
  kafka: '4.3.1',
  cases,
});

it('writes what was measured, what was not and why, and ours in proportion to rivals', () => {
  const lines = [
    ...markdownOf(
      report([
        {
          name: 'end-to-end',
          contenders: [
            contender('streams-at-least-once', 30_000),
            contender('java-at-least-once', 10_000),
            { name: 'quix-at-least-once', skipped: 'there is no Python', figures: [] },
            { name: 'kafkajs-each', failed: '3 scores are lost', figures: [] },
          ],
        },
        { name: 'latency', skipped: 'there is no Kafka', contenders: [] },
      ]),
      (name) => `about ${name}`,
    ),
  ];
  expect(lines[0]).toMatch(/; Apache Kafka 4\.3\.1\.$/);
  expect(lines[1]).toBe('Median of 3 rounds (least – most), 300,000 records, each on one core.');
  expect(lines).toContain('| `streams-at-least-once` ÷ `java-at-least-once` | events | **3** (3 – 3) | ≥ 2 |  |');
  expect(lines.slice(lines.indexOf('`end-to-end`: about end-to-end'))).toEqual([
    '`end-to-end`: about end-to-end',
    '',
    '| | events, /s | memory, MB |',
    '|---|---|---|',
    '| `streams-at-least-once` | 60,000 (30,000 – 90,000) | 300 (300 – 300) |',
    '| `java-at-least-once` | 20,000 (10,000 – 30,000) | 100 (100 – 100) |',
    '| `quix-at-least-once` | skipped, because there is no Python |  |',
    '| `kafkajs-each` | failed: 3 scores are lost |  |',
    '',
    '`latency`: about latency',
    'Skipped, because there is no Kafka.',
  ]);
});
