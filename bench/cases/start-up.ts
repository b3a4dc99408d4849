import type { Case, Contender } from '../harness/case.js';
import { javaRivals, ours, quixRival, yardstick } from '../rivals/rivals.js';
import { contenderOf, type Rival } from '../rivals/run-rival.js';

const RECORDS = 1_000;
const isWanted = ({ kind }: { readonly kind: string }): boolean => kind === 'time' || kind === 'size';

export const startUp: Case = {
  name: 'start-up',
  about: `from the start of the process to its first output, and its memory after ${RECORDS} records`,
  whyNot: (setting) => setting.whyNoKafka(),
  contenders: (setting) =>
    [ours[0], javaRivals[0], ours[1], javaRivals[1], { ...yardstick, name: 'kafkajs-batches-start' }, quixRival].map(
      (rival: Rival): Contender => {
        const all = contenderOf({ ...rival, share: RECORDS / setting.options.records }, setting, () => setting.kafka());
        return { ...all, take: async () => (await all.take()).filter(isWanted) };
      },
    ),
};
