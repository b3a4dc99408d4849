import type { Case } from '../harness/case.js';
import { ownProgram, startMeasuredBroker } from '../harness/measured-broker.js';
import { ours, rivals, yardstick } from '../rivals/rivals.js';
import { contenderOf, runRival } from '../rivals/run-rival.js';

/** All rivals on one topic that was filled before. */
export const endToEnd: Case = {
  name: 'end-to-end',
  about:
    'payments in, scores out, on Apache Kafka: decode, 100 trees, encode; nothing lost, duplicated or scored otherwise',
  isShort: true,
  whyNot: (setting) => setting.whyNoKafka(),
  contenders: (setting) => rivals.map((rival) => contenderOf(rival, setting, () => setting.kafka())),
};

/** The same on the embedded broker, for those that a user of it would take. */
export const endToEndEmbedded: Case = {
  name: 'end-to-end-embedded',
  about: 'the same on the embedded broker',
  isShort: true,
  contenders: (setting) =>
    [...ours, yardstick].map((rival) => ({
      // Beside the one of that name on Apache Kafka, which is the yardstick.
      name: rival === yardstick ? 'kafkajs-batches-embedded' : rival.name,
      async take() {
        await using broker = await startMeasuredBroker(ownProgram, [], setting.cores.others);
        const figures = await runRival(rival, setting, broker.address);
        await setting.forget(broker.address);
        return figures;
      },
    })),
};
