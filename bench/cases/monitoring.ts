import type { Case, Figure } from '../harness/case.js';
import { DemoProgram } from './demo-program.js';
import { scorerAlone } from './scorer-alone.js';

const DEMO = 'flight-delay';

type Numbers = Readonly<Record<string, number>>;

async function wholeDemo(records: number, monitoring: 'on' | 'off'): Promise<Numbers> {
  const length = ['--records', String(records), '--rate', '0'];
  const program = new DemoProgram(DEMO, [...length, '--headless', '--monitoring', monitoring]);
  const [report] = await program.reports();
  const { main, scorers, monitor } = program.processorSeconds;
  return {
    'records/s': report?.throughput.recordsPerSecond ?? Number.NaN,
    'scorer, processor µs a record': (scorers / records) * 1e6,
    'broker, producer and audit, processor µs a record': (main / records) * 1e6,
    'monitor, processor s': monitor,
  };
}

async function backlog(records: number, monitoring: 'on' | 'off'): Promise<Numbers> {
  const { recordsPerSecond, scorerCores, monitorCores } = await scorerAlone(DEMO, records, monitoring);
  return { 'records/s': recordsPerSecond, 'scorer, cores': scorerCores, 'monitor, cores': monitorCores };
}

/** Both, one after the other, and the next pair the other way round: what the machine does beside it falls on both. */
function pairs(once: (monitoring: 'on' | 'off') => Promise<Numbers>): () => Promise<Figure[]> {
  let pair = 0;
  return async () => {
    pair += 1;
    const first = await once(pair % 2 === 0 ? 'off' : 'on');
    const second = await once(pair % 2 === 0 ? 'on' : 'off');
    const [off, on] = pair % 2 === 0 ? [first, second] : [second, first];
    const told = (name: string, value: number): Figure => ({ name, unit: '', kind: 'told', value });
    return Object.keys(off).flatMap((name) => [
      told(`${name}: off`, off[name] ?? Number.NaN),
      told(`${name}: on`, on[name] ?? Number.NaN),
      told(`${name}: on ÷ off`, (on[name] ?? Number.NaN) / (off[name] ?? Number.NaN)),
    ]);
  };
}

export const monitoring: Case = {
  name: 'monitoring',
  about:
    'what monitoring costs: a demo at full speed with and without it, and its scorer alone on records that were there before',
  contenders: (setting) => {
    const records = setting.count(50_000, 1_000);
    return [
      { name: DEMO, take: pairs((on) => wholeDemo(records, on)) },
      { name: `${DEMO}-scorer-alone`, take: pairs((on) => backlog(records, on)) },
    ];
  },
};
