import type { Case, Contender, Figure } from '../harness/case.js';
import { milliseconds } from '../harness/figures.js';
import { nodeProgram, startLoad } from '../harness/load.js';
import { ownProgram, startMeasuredBroker } from '../harness/measured-broker.js';
import type { Setting } from '../harness/setting.js';
import { checkScores } from '../job/outputs.js';
import { javaRivals, ours, quixRival, yardstick } from '../rivals/rivals.js';
import { newGroup, type Rival, startRival } from '../rivals/run-rival.js';

const RATE = 1_000;
/** What is wished of the embedded broker: [p50, p99]. */
const WISHED = { at_least_once: [3, 10], exactly_once: [undefined, 25] } as const;

/** Has a rival score payments that come at a pace. */
async function takePaced(
  rival: Rival,
  setting: Setting,
  address: string,
  [p50, p99]: readonly [number?, number?] = [],
): Promise<Figure[]> {
  const [count, warmUp] = setting.options.isShort ? [1_000, 500] : [10_000, 5_000];
  const [input, output] = await Promise.all([
    setting.newTopic(address, 'paced'),
    setting.newTopic(address, `paced-scores-${rival.name}`),
  ]);
  const scorer = await startRival(rival, setting, { address, input, output, group: newGroup(rival), records: 0 });
  const paced = nodeProgram('loads/paced', address, input, output, count, warmUp, RATE);
  const client = startLoad(paced, { core: setting.cores.others });
  try {
    // Whoever ends first: a scorer that ends has failed.
    const said = await Promise.race([client.result, scorer.result]);
    await checkScores(await setting.cluster(address), output, await setting.expected(warmUp + count));
    return [
      milliseconds('p50', Number(said.p50), p50),
      milliseconds('p99', Number(said.p99), p99),
      milliseconds('the slowest', Number(said.most)),
    ];
  } finally {
    await Promise.all([scorer.kill(), client.kill()]);
  }
}

const named = (rival: Rival, name: string, environment?: Rival['environment']): Rival => ({
  ...rival,
  name,
  ...(environment && { environment }),
});

// The yardstick's own name is that of the loop at full speed.
const pacedYardstick = named(yardstick, 'kafkajs-batches-paced');

export const latency: Case = {
  name: 'latency',
  about: `${RATE} payments a second on Apache Kafka, from when each was to be sent until its score can be read as committed`,
  whyNot: (setting) => setting.whyNoKafka(),
  contenders: (setting) =>
    [
      // Side by side where they are put in proportion to each other.
      ours[0],
      named(javaRivals[0], 'java-at-least-once-linger-0', { BENCH_LINGER_MS: '0' }),
      ours[1],
      named(javaRivals[1], 'java-exactly-once-linger-0-commit-10', { BENCH_LINGER_MS: '0', BENCH_COMMIT_MS: '10' }),
      ...javaRivals,
      pacedYardstick,
      quixRival,
    ].map(
      (rival): Contender => ({
        name: rival.name,
        ...(rival.isHeavy && { isHeavy: true }),
        ...(rival.whyNot && { whyNot: () => rival.whyNot?.() }),
        take: async () => takePaced(rival, setting, await setting.kafka()),
      }),
    ),
};

export const latencyEmbedded: Case = {
  name: 'latency-embedded',
  about: 'the same on the embedded broker',
  isShort: true,
  contenders: (setting) =>
    [...ours, pacedYardstick].map((rival) => ({
      name: rival.name,
      async take() {
        await using broker = await startMeasuredBroker(ownProgram, [], setting.cores.others);
        const wished = rival === pacedYardstick ? [] : WISHED[rival.guarantee];
        const figures = await takePaced(rival, setting, broker.address, wished as readonly [number?, number?]);
        await setting.forget(broker.address);
        return figures;
      },
    })),
};
