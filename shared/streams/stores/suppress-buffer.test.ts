import { expect, it } from 'vitest';
import type { RecordHeaders } from '#shared/kafka';
import { serdes } from '../serde.js';
import { SuppressBuffer } from './suppress-buffer.js';

interface Sum {
  n: number;
}

const open = () =>
  new SuppressBuffer<string, Sum>(
    'buffer',
    { key: serdes.string, value: serdes.json<Sum>() },
    { logging: true, measuresBytes: false },
  );

function letGoOf(buffer: SuppressBuffer<string, Sum>): unknown[] {
  const letGo: unknown[] = [];
  buffer.evictWhile(
    () => true,
    ({ key, change, prior, headers }) => letGo.push({ key, change, prior, headers }),
  );
  return letGo;
}

it('holds back updates as they were, headers that occur twice included, also after a restart', () => {
  const headers: RecordHeaders = { one: Buffer.from('1'), two: [Buffer.from('a'), Buffer.from('b')] };
  const [newValue, oldValue] = [{ n: 2 }, { n: 1 }];
  const buffer = open();
  buffer.put(5, { key: 'k', change: { newValue, oldValue }, timestamp: 5, headers, context: undefined });
  newValue.n = 3;
  oldValue.n = 3;
  const restored = open();
  buffer.drainChanges((key, value, timestamp) => restored.restore(key, value, timestamp));
  const held = { key: 'k', change: { newValue: { n: 2 }, oldValue: { n: 1 } }, prior: { n: 1 }, headers };
  expect(buffer.prior('k')).toEqual({ value: { value: { n: 1 }, timestamp: -1 } });
  expect(letGoOf(buffer)).toEqual([held]);
  expect(letGoOf(restored)).toEqual([held]);
});
