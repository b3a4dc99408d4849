import { setTimeout as delay } from 'node:timers/promises';
import { connectCluster } from '#shared/kafka';
import { say } from '../harness/said.js';
import { quantile } from '../harness/statistics.js';
import { readFromBeginning } from '../job/outputs.js';
import { knownSchemas, numberOf, paymentRecord } from '../job/payments.js';

// Sends payments at a steady rate and measures until their scores can be read as committed: paced.js HOST:PORT INPUT OUTPUT
// COUNT WARM_UP RATE. A record's latency is from the moment when it was to be sent, so that a scorer, a broker or a client
// that holds up the sending does not hide it (Gil Tene calls that coordinated omission).

const [address = '', input = '', output = '', ...numbers] = process.argv.slice(2);
const [count = 0, warmUp = 0, rate = 0] = numbers.map(Number);

const cluster = await connectCluster({ brokers: [address], clientId: 'bench-paced' });
const { writePayment } = await knownSchemas();
const producer = await cluster.produce();
const reader = await readFromBeginning(cluster, output);
const total = warmUp + count;
const latencies: number[] = [];
let startedAt = 0;
let seen = 0;

/** When the record of a number is to be sent. */
const dueAt = (number: number): number => startedAt + (number / rate) * 1_000;

async function readUntil(wanted: number): Promise<void> {
  while (seen < wanted) {
    for (const { records } of await reader.poll(100)) {
      const now = performance.now();
      for (const { key } of records) {
        const number = numberOf(key?.toString() ?? '');
        if (number >= warmUp) latencies.push(now - dueAt(number));
        seen += 1;
      }
    }
  }
}

function send(from: number, to: number): Promise<void> {
  return producer.send(
    Array.from({ length: to - from }, (_, index) => paymentRecord(input, from + index, Date.now(), writePayment)),
  );
}

// The scorer is there when it has scored the first.
await send(0, 1);
await readUntil(1);
say({ is: 'begin' });
startedAt = performance.now();
const reading = readUntil(total);
const sends: Promise<void>[] = [];
for (let next = 1; next < total; ) {
  const due = Math.min(total, 1 + Math.floor(((performance.now() - startedAt) / 1_000) * rate));
  if (due > next) {
    sends.push(send(next, due));
    next = due;
  }
  await delay(1);
}
await Promise.all(sends);
await reading;
say({
  is: 'end',
  amount: latencies.length,
  p50: quantile(latencies, 0.5),
  p99: quantile(latencies, 0.99),
  most: quantile(latencies, 1),
});
await cluster.close();
