import { startKafkaProcess } from '../../shared/testing/kafka-process.js';
import { say } from '../harness/said.js';

// Apache Kafka from its jars, in a process that can be pinned. It says where it is and ends with its parent.

const kafka = await startKafkaProcess();
say({ is: 'begin', address: kafka.brokers });
process.stdin.resume().once('end', () => void kafka.close().then(() => process.exit()));
