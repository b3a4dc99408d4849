import { type Consumer, type EachBatchPayload, Kafka, logLevel, type Message, type Producer } from 'kafkajs';
import { brokers, groupId, inputTopic, isPaced, outputTopic, Progress, type Usage } from './contract.js';
import { decodePayment, encodeScore, type Payment } from './hand-written.js';

type Score = (payments: readonly Payment[]) => Promise<ArrayLike<number>>;

const ROWS_PER_RUN = 64;
const MESSAGES_PER_SEND = 500;

interface Clients {
  readonly consumer: Consumer;
  readonly producer: Producer;
}

async function connectClients(): Promise<Clients> {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  // Who waits for one record wants it when it is there.
  const consumer = kafka.consumer({ groupId, ...(isPaced && { maxWaitTimeInMs: 5 }) });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic: inputTopic, fromBeginning: true });
  return { consumer, producer };
}

async function untilDone(
  { consumer, producer }: Clients,
  progress: Progress,
  run: (done: () => void) => Promise<void>,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => void (!payload.restart && reject(payload.error)));
    run(resolve).catch(reject);
  });
  // It commits what was resolved.
  await consumer.stop();
  await progress.end();
  await Promise.all([consumer.disconnect(), producer.disconnect()]);
}

/** eachBatch: rows scored and messages sent many at a time, the partitions side by side. At least once. */
export async function runBatches(score: Score, beside?: () => Promise<Usage>): Promise<void> {
  const clients = await connectClients();
  const progress = new Progress(beside);
  const eachBatch = async (payload: EachBatchPayload, done: () => void): Promise<void> => {
    const { messages } = payload.batch;
    let outgoing: Message[] = [];
    let isLast = false;
    for (let start = 0; start < messages.length; start += ROWS_PER_RUN) {
      const those = messages.slice(start, start + ROWS_PER_RUN);
      const payments = those.map(({ value }) => decodePayment(value));
      const results = await score(payments);
      payments.forEach(({ id }, index) => {
        outgoing.push({ key: those[index]?.key ?? null, value: encodeScore(id, results[index] ?? Number.NaN) });
      });
      if (outgoing.length < MESSAGES_PER_SEND && start + ROWS_PER_RUN < messages.length) continue;
      await clients.producer.send({ topic: outputTopic, messages: outgoing });
      isLast = await progress.add(outgoing.length);
      outgoing = [];
    }
    payload.resolveOffset(payload.batch.lastOffset());
    await payload.heartbeat();
    if (isLast) done();
  };
  await untilDone(clients, progress, (done) =>
    clients.consumer.run({
      partitionsConsumedConcurrently: 4,
      eachBatchAutoResolve: false,
      autoCommitInterval: 1_000,
      eachBatch: (payload) => eachBatch(payload, done),
    }),
  );
}

/** eachMessage: one row scored and awaited, one message sent and awaited, as tutorials have it. At least once. */
export async function runEach(score: Score, beside?: () => Promise<Usage>): Promise<void> {
  const clients = await connectClients();
  const progress = new Progress(beside);
  await untilDone(clients, progress, (done) =>
    clients.consumer.run({
      autoCommitInterval: 1_000,
      eachMessage: async ({ message: { key, value } }) => {
        const payment = decodePayment(value);
        const [result = Number.NaN] = Array.from(await score([payment]));
        await clients.producer.send({
          topic: outputTopic,
          messages: [{ key, value: encodeScore(payment.id, result) }],
        });
        if (await progress.add(1)) done();
      },
    }),
  );
}
