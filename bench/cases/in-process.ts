import type { Case } from '../harness/case.js';
import { megabytes, program, rates } from '../harness/figures.js';
import type { Said } from '../harness/load.js';
import type { Setting } from '../harness/setting.js';
import { quantile } from '../harness/statistics.js';

/** For how long a loop is measured. */
const secondsOf = ({ options }: Setting): number => (options.isShort ? 0.02 : 2);

export const codec: Case = {
  name: 'codec',
  about: "the job's payments to bytes and back: shared/schema, bare avsc, and the record batches of shared/wire",
  isShort: true,
  contenders: (setting) =>
    ['schema', 'avsc', 'wire'].map((name) => program(name, setting, ['loads/codec', name, secondsOf(setting)])),
};

export const operators: Case = {
  name: 'operators',
  about: 'topologies of shared/streams in the test driver, records a second',
  isShort: true,
  contenders: (setting) =>
    (
      [
        ['pass-through', undefined],
        ['filter-map', undefined],
        ['table-join', undefined],
        ['count', undefined],
        ['windowed-count', 100_000],
      ] as const
    ).map(([name, wished]) =>
      program(name, setting, ['loads/operators', name, setting.count(1_000_000, 5_000)], (said) =>
        rates('records', said, wished),
      ),
    ),
};

/** What windows that expire leave behind. */
export const memory: Case = {
  name: 'memory',
  about: 'ten million records of a windowed count in the test driver: the heap must be as flat at the end as before',
  contenders: (setting) => [
    program(
      'windowed-count',
      setting,
      ['loads/operators', 'windowed-count', setting.count(10_000_000, 10_000)],
      (said) => memoryFigures(said),
    ),
  ],
};

function memoryFigures({ memory: marks }: Said) {
  const all = marks as readonly { readonly heap: number; readonly rss: number }[];
  const half = all.length / 2;
  const middle = (some: typeof all): number =>
    quantile(
      some.map(({ heap }) => heap),
      0.5,
    );
  const [before, after] = [middle(all.slice(0, half)), middle(all.slice(half))];
  return [
    megabytes('heap, middle of the first half', before),
    megabytes('heap, middle of the last half', after),
    { name: 'last half ÷ first half', unit: '×', kind: 'told', value: after / before } as const,
    megabytes('resident at the end', all.at(-1)?.rss ?? Number.NaN),
  ];
}
