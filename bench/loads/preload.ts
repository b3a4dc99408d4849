import { connectCluster } from '#shared/kafka';
import { say } from '../harness/said.js';
import { knownSchemas, paymentRecord } from '../job/payments.js';

// Writes payments before anybody reads them: preload.js HOST:PORT TOPIC COUNT PARTITIONS ATTACHMENT-BYTES

const CHUNK = 2_000;
/** Of a send: heavy records go in smaller ones. */
const CHUNK_BYTES = 2 ** 22;

const [address = '', topic = '', count = '', partitions = '', attachment = ''] = process.argv.slice(2);
const shape = { partitions: Number(partitions), attachmentBytes: Number(attachment) };
const chunk = Math.ceil(Math.min(CHUNK, CHUNK_BYTES / (shape.attachmentBytes + 1)));
const cluster = await connectCluster({ brokers: [address], clientId: 'bench-preload' });
const write = (await knownSchemas()).writeAttached(shape.attachmentBytes);
const producer = await cluster.produce();
say({ is: 'begin' });
for (let from = 0; from < Number(count); from += chunk) {
  const those = Math.min(chunk, Number(count) - from);
  await producer.send(
    Array.from({ length: those }, (_, index) => paymentRecord(topic, from + index, Date.now(), write, shape)),
  );
}
await cluster.close();
say({ is: 'end', amount: Number(count) });
