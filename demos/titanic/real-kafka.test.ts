import { describeOnRealKafka, specifyDemoOnKafka } from '#shared/testing';
import { demo } from './demo.js';

await describeOnRealKafka('the titanic demo', (kafka) => {
  specifyDemoOnKafka(kafka, demo, {
    run: { records: 1_309, counts: { produced: 1_309, filtered: 0, scored: 1_309 } },
    paced: { records: 300, rate: 150 },
  });
});
