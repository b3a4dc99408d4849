import { connectCluster } from '#shared/kafka';
import { say } from '../harness/said.js';
import { knownSchemas, paymentRecord } from '../job/payments.js';

// Writes payments before anybody reads them: preload.js HOST:PORT TOPIC COUNT

const CHUNK = 2_000;

const [address = '', topic = '', count = ''] = process.argv.slice(2);
const cluster = await connectCluster({ brokers: [address], clientId: 'bench-preload' });
const { writePayment } = await knownSchemas();
const producer = await cluster.produce();
say({ is: 'begin' });
for (let from = 0; from < Number(count); from += CHUNK) {
  const those = Math.min(CHUNK, Number(count) - from);
  await producer.send(
    Array.from({ length: those }, (_, index) => paymentRecord(topic, from + index, Date.now(), writePayment)),
  );
}
await cluster.close();
say({ is: 'end', amount: Number(count) });
