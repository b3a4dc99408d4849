import { describeOnRealKafka, specifyDemoOnKafka } from '#shared/testing';
import { demo } from './demo.js';

await describeOnRealKafka('the telco-anomaly demo', (kafka) => {
  specifyDemoOnKafka(kafka, demo, {
    // 36 cells for 277 minutes, and 28 of them for one more: 55 windows each, and 36 that are not complete.
    run: { records: 10_000, counts: { produced: 2_016, filtered: 36, scored: 1_980 } },
    paced: { records: 1_440, rate: 480 },
  });
});
