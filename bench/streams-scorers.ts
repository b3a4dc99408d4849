import { Kafka, logLevel, type Message } from 'kafkajs';
import { connectCluster } from '#shared/kafka';
import { startStreams } from '#shared/streams';
import { type Flight, flights, knownSchemas, loadFlightModel, scores, scoringTopology } from './streams-flights.js';
import { say, until } from './streams-said.js';

/** The topology as a scorer of its own; ends when it has taken `amount` records and committed, or never. */
export async function streamsScorer(address: string, prefix: string, guarantee: string, amount: number): Promise<void> {
  const { schemas } = await knownSchemas();
  const cluster = await connectCluster({ brokers: [address], clientId: 'bench' });
  const isPaced = amount === 0;
  const streams = await startStreams(scoringTopology(await loadFlightModel()), {
    cluster,
    schemas,
    applicationId: `${prefix}scorer-${guarantee}`,
    topicName: ({ name }) => (name === scores.name ? `${prefix}${name}-${guarantee}` : `${prefix}${name}`),
    processingGuarantee: guarantee === 'exactly_once' ? 'exactly_once' : 'at_least_once',
    // As shared/commands has it: who waits for a prediction waits for its commit.
    ...(isPaced && guarantee === 'exactly_once' && { commitIntervalMs: 10 }),
  });
  if (isPaced) {
    await until(() => streams.state === 'RUNNING');
    say({ is: 'begin' });
    await streams.finished;
    return;
  }
  await until(() => streams.metrics.processTotal > 0);
  const already = streams.metrics.processTotal;
  const report = measuring();
  await until(() => streams.metrics.processTotal >= amount);
  await streams.close();
  report(amount - already);
  await cluster.close();
  process.exit();
}

const ROWS_PER_RUN = 64;
const MESSAGES_PER_SEND = 500;

/** What a good programmer writes without a library: kafkajs, rows scored and messages sent many at a time. */
export async function handWrittenScorer(address: string, prefix: string, amount: number): Promise<void> {
  const { schemas, writeScore } = await knownSchemas();
  const deserializer = schemas.deserializer<Flight>();
  const model = await loadFlightModel();
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  const consumer = kafka.consumer({ groupId: `${prefix}hand-written` });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic: `${prefix}${flights.name}`, fromBeginning: true });
  const topic = `${prefix}${scores.name}-hand-written`;
  let taken = 0;
  let already = 0;
  let report: ((records: number) => void) | undefined;
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => void (!payload.restart && reject(payload.error)));
    const running = consumer.run({
      partitionsConsumedConcurrently: 4,
      eachBatchAutoResolve: false,
      autoCommitInterval: 1_000,
      eachBatch: async (payload) => {
        const { messages } = payload.batch;
        await deserializer.prepare(messages.map(({ value }) => value));
        let outgoing: Message[] = [];
        for (let start = 0; start < messages.length; start += ROWS_PER_RUN) {
          const those = messages.slice(start, start + ROWS_PER_RUN).flatMap((message) => {
            const flight = deserializer.decode(message.value);
            return flight.cancelled ? [] : [{ message, flight }];
          });
          const results = await model.score(those.map(({ flight }) => flight));
          those.forEach(({ message: { key, timestamp }, flight }, index) => {
            const result = results[index];
            if (result === undefined || result instanceof Error) throw result ?? new Error('a result is missing');
            const value = writeScore({ id: flight.id, score: result.score, modelVersion: model.version });
            outgoing.push({ key, value, timestamp });
          });
          if (outgoing.length < MESSAGES_PER_SEND && start + ROWS_PER_RUN < messages.length) continue;
          await producer.send({ topic, messages: outgoing });
          outgoing = [];
        }
        payload.resolveOffset(payload.batch.lastOffset());
        await payload.heartbeat();
        taken += messages.length;
        if (report === undefined) {
          already = taken;
          report = measuring();
        }
        if (taken >= amount) resolve();
      },
    });
    running.catch(reject);
  });
  await consumer.stop();
  report?.(amount - already);
  await Promise.all([consumer.disconnect(), producer.disconnect()]);
  process.exit();
}

/** From now on; gives the function that ends it and says what it was. */
function measuring(): (records: number) => void {
  const cpu = process.cpuUsage();
  const started = performance.now();
  say({ is: 'begin' });
  return (amount) => {
    const seconds = (performance.now() - started) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const megabytes = process.memoryUsage().rss / 2 ** 20;
    say({ is: 'end', amount, seconds, cpuSeconds: (user + system) / 1e6, megabytes });
  };
}
