import { setTimeout as delay } from 'node:timers/promises';
import type { Case, Contender, Figure } from '../harness/case.js';
import { megabytes, milliseconds } from '../harness/figures.js';
import type { Setting } from '../harness/setting.js';
import { quantile } from '../harness/statistics.js';
import { DemoProgram } from './demo-program.js';

const NAMES = ['churn', 'telco-anomaly', 'titanic', 'flight-delay'];
const RATE = 1_000;
const LIFE_SECONDS = 60;

const memoryFigures = (when: string, { peak }: DemoProgram): Figure[] => [
  megabytes(`${when}: most memory, resident`, peak.residentMegabytes),
  megabytes(`${when}: at that time proportional`, peak.proportionalMegabytes),
];

/** At its own pace, with a viewer of each page. */
async function takeLife(name: string, setting: Setting): Promise<Figure[]> {
  const program = new DemoProgram(name, ['--port', '0']);
  const first = milliseconds('command to first prediction', (await program.secondsToFirstPredictions()) * 1_000);
  await program.viewPages();
  await delay(setting.count(LIFE_SECONDS, 1) * 1_000);
  program.end();
  const latencies = (await program.reports()).flatMap(({ demo, latencyMs }) => [
    milliseconds(`${demo}, own pace: latency p50`, latencyMs?.p50 ?? Number.NaN),
    milliseconds(`${demo}, own pace: latency p99`, latencyMs?.p99 ?? Number.NaN),
  ]);
  return [first, ...latencies, ...memoryFigures('own pace', program)];
}

async function takeThroughput(name: string, records: number): Promise<Figure[]> {
  const program = new DemoProgram(name, ['--records', String(records), '--rate', '0', '--headless']);
  const rates = (await program.reports()).map(
    ({ demo, throughput }): Figure => ({
      name: `${demo}: records at full speed`,
      unit: '/s',
      kind: 'rate',
      value: throughput.recordsPerSecond,
    }),
  );
  return [...rates, ...memoryFigures('full speed', program)];
}

async function takeLatency(name: string, setting: Setting): Promise<Figure[]> {
  const records = String(setting.count(20, 1) * RATE);
  const program = new DemoProgram(name, ['--records', records, '--rate', String(RATE), '--headless']);
  return (await program.reports()).flatMap(({ latencyMs }) => [
    milliseconds(`${RATE} records/s: latency p50`, latencyMs?.p50 ?? Number.NaN),
    milliseconds(`${RATE} records/s: latency p99`, latencyMs?.p99 ?? Number.NaN),
  ]);
}

const demo = (name: string, setting: Setting): Contender => ({
  name,
  take: async () => [
    ...(await takeLife(name, setting)),
    ...(await takeThroughput(name, setting.count(name === 'all' ? 20_000 : 50_000, 500))),
    ...(name === 'all' ? [] : await takeLatency(name, setting)),
  ],
});

export const demos: Case = {
  name: 'demos',
  about: 'demos as a user starts them, measured from outside; each accounts for all its records',
  contenders: (setting) => [...NAMES, 'all'].map((name) => demo(name, setting)),
};

/** What the page's process does beside it, its broker and its producer included, is in the time. */
export const scrape: Case = {
  name: 'scrape',
  about: 'a scrape of the metrics, once a second from another process, of demos at their own pace',
  contenders: (setting) =>
    ['flight-delay', 'all'].map((name) => ({
      name,
      async take() {
        const program = new DemoProgram(name, ['--port', '0']);
        await program.secondsToFirstPredictions();
        await delay(setting.count(30, 1) * 1_000);
        const took: number[] = [];
        let text = '';
        for (let each = 0; each < setting.count(60, 2); each += 1) {
          await delay(1_000);
          const startedAt = performance.now();
          text = (await program.metrics()) ?? '';
          took.push(performance.now() - startedAt);
        }
        program.end();
        await program.reports();
        const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
        return [
          milliseconds('median', quantile(took, 0.5)),
          milliseconds('90 of 100', quantile(took, 0.9)),
          milliseconds('most', quantile(took, 1)),
          { name: 'its text', unit: 'KB', kind: 'told', value: text.length / 1_024 },
          { name: 'its samples', unit: '', kind: 'told', value: samples },
        ];
      },
    })),
};
