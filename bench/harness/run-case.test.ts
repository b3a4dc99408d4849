import { expect, it } from 'vitest';
import type { Contender, Kind } from './case.js';
import { parseOptions } from './options.js';
import { runCase } from './run-case.js';
import { Setting } from './setting.js';

/** Measured in turn; what it gives is the number of the turn. */
function contenders(order: string[]) {
  return (name: string, kinds: Partial<Record<Kind, number>>, more: Partial<Contender> = {}): Contender => ({
    name,
    take: async () => {
      order.push(name);
      return Object.entries(kinds).map(([kind, value]) => ({ name: kind, unit: '', kind: kind as Kind, value }));
    },
    ...more,
  });
}

const loop = { rate: 100, 'cpu-rate': 200 };

async function run(args: readonly string[], all: readonly Contender[], yardstick?: Contender) {
  await using setting = new Setting(parseOptions(args));
  return await runCase({ name: 'case', about: '', contenders: () => all }, setting, yardstick);
}

it('begins each round with another contender, the yardstick among them', async () => {
  const order: string[] = [];
  const one = contenders(order);
  await run(['--runs', '3'], [one('a', {}), one('b', {})], one('loop', loop));
  expect(order.join(' ')).toBe('a b loop b loop a loop a b');
});

it('puts each kind of figure in proportion to the yardstick so that more is better', async () => {
  const one = contenders([]);
  const kinds = { rate: 50, 'cpu-rate': 50, time: 4, 'cpu-time': 4, size: 10, told: 7 };
  const { contenders: reports } = await run(['--runs', '1'], [one('a', kinds)], one('loop', loop));
  expect(reports).toHaveLength(1);
  expect(Object.fromEntries(reports[0]?.figures.map(({ name, ratios }) => [name, ratios]) ?? [])).toEqual({
    rate: [0.5],
    'cpu-rate': [0.25],
    time: [1 / 400],
    'cpu-time': [1 / 800],
    size: [0.1],
    told: undefined,
  });
});

it('takes the yardstick of the case where it is one of its contenders', async () => {
  const order: string[] = [];
  const one = contenders(order);
  const { contenders: reports } = await run(
    ['--runs', '1'],
    [one('a', { rate: 50 }), one('loop', loop)],
    one('loop', {}),
  );
  expect(order).toEqual(['a', 'loop']);
  expect(reports.map(({ figures }) => figures[0]?.ratios)).toEqual([[0.5], [1]]);
});

it('says why it skips one, tells what failed, and goes on with the others', async () => {
  const order: string[] = [];
  const one = contenders(order);
  const failing = one('failing', {}, { take: () => Promise.reject(new Error('3 scores are lost')) });
  const absent = one('absent', {}, { whyNot: () => 'Java is missing' });
  const { contenders: reports } = await run(['--runs', '2'], [failing, absent, one('a', { rate: 1 })]);
  expect(reports).toMatchObject([
    { name: 'failing', failed: '3 scores are lost', figures: [] },
    { name: 'absent', skipped: 'Java is missing', figures: [] },
    { name: 'a', figures: [{ values: [1, 1] }] },
  ]);
  expect(order).toEqual(['a', 'a']);
});

it('leaves what takes minutes out of the short version, unless it is named', async () => {
  const one = contenders([]);
  const all = [one('a', {}), one('heavy', {}, { isHeavy: true })];
  const names = async (...args: string[]) => (await run(args, all)).contenders.map(({ name }) => name);
  expect(await names('--short')).toEqual(['a']);
  expect(await names('--short', '--only', 'heavy')).toEqual(['heavy']);
});
