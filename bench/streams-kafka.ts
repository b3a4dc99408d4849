import { startKafkaProcess } from '../shared/testing/kafka-process.js';

// Apache Kafka for bench/streams.ts, from its jars: built apart (tsconfig.bench.json), for it needs the tests' folder, which
// no program is built with. It writes where it is and ends with its parent.

const kafka = await startKafkaProcess();
console.log(JSON.stringify({ is: 'begin', address: kafka.brokers }));
process.stdin.resume().once('end', () => void kafka.close().then(() => process.exit()));
