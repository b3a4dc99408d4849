import { expect, it } from 'vitest';
import { startRegistry } from '#shared/embedded/registry';
import { connectSchemas, defineTopic } from './index.js';

const item = { type: 'record', name: 'Item', fields: [{ name: 'y', type: ['null', 'string', 'bytes'] }] };
const next = { name: 'next', type: ['null', 'Chain'], default: null };
const fields = [
  { name: 'id', type: 'string' },
  { name: 'at', type: 'long' },
  { name: 'list', type: { type: 'array', items: item } },
  { name: 'map', type: { type: 'map', values: { type: 'array', items: 'int' } } },
  { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
  { name: 'fixed', type: { type: 'fixed', name: 'Three', size: 3 } },
  next,
];
const chains = defineTopic<object>({
  name: 'chains',
  partitions: 1,
  schema: { type: 'record', name: 'Chain', fields },
});
// Skips most of what was written: corrupt bytes must not lead a skipping reader astray either.
const reader = { type: 'record', name: 'Chain', fields: [next, { name: 'added', type: 'int', default: 3 }] };

it('whatever its bytes, a record is decoded or undecodable: no other error, and no endless list', async () => {
  const registry = await startRegistry({ port: 0 });
  const schemas = connectSchemas({ url: registry.url });
  const inner = { id: 'q', at: 5, list: [], map: {}, kind: 'A', fixed: Buffer.from('abc'), next: null };
  const outer = {
    ...inner,
    list: [{ y: null }, { y: 's' }, { y: Buffer.from('b') }],
    map: { a: [1, 2], b: [] },
    next: inner,
  };
  const good = (await schemas.register(chains, 'chains'))(outer);
  const deserializers = [schemas.deserializer(), schemas.deserializer({ reader })];
  for (const deserializer of deserializers) await deserializer.prepare([good]);
  await registry.close();
  expect(deserializers.map((deserializer) => deserializer.decode(good))).toStrictEqual([
    outer,
    { next: { next: null, added: 3 }, added: 3 },
  ]);

  const random = lehmer(20_13);
  const outcomes = { decoded: 0, undecodable: 0 };
  for (let round = 0; round < 5_000; round++) {
    const corrupt = Buffer.from(good.subarray(0, 6 + random(good.length - 5)));
    for (let left = random(4); left > 0; left--) corrupt[5 + random(corrupt.length - 5)] = random(256);
    for (const deserializer of deserializers) {
      try {
        deserializer.decode(corrupt);
        outcomes.decoded++;
      } catch (error) {
        expect(error).toMatchObject({ name: 'KitError', code: 'record-undecodable' });
        outcomes.undecodable++;
      }
    }
  }
  expect(outcomes.decoded).toBeGreaterThan(100);
  expect(outcomes.undecodable).toBeGreaterThan(5_000);
});

/** Whole numbers below a bound, the same ones each run: the minimal standard generator of Park and Miller. */
function lehmer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
