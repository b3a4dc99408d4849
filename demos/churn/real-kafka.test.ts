import { describeOnRealKafka, specifyDemoOnKafka } from '#shared/testing';
import { demo } from './demo.js';

await describeOnRealKafka('the churn demo', (kafka) => {
  specifyDemoOnKafka(kafka, demo, {
    run: { records: 3_000, counts: { produced: 3_000, filtered: 0, scored: 3_000 } },
    paced: { records: 500, rate: 200 },
  });
});
