import { parseArgs } from 'node:util';
import { KitError } from '#shared/errors';
import { type Cluster, connectCluster } from '#shared/kafka';
import { startStreams } from '../runtime/kafka-streams.js';
import { chaosInterceptor, chaosTopics, chaosTopology } from './chaos-topology.js';

// One scorer of the chaos test, as a process that can be killed: runs the topology until SIGTERM. It says each of its
// states, and at the end `BYE` or why it ended. Exit code 0 after SIGTERM, 1 otherwise.
const { values } = parseArgs({
  options: {
    brokers: { type: 'string', default: '127.0.0.1:9092' },
    prefix: { type: 'string', default: 'chaos' },
    name: { type: 'string', default: 'scorer' },
    'at-least-once': { type: 'boolean', default: false },
    'session-timeout': { type: 'string', default: '10000' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const asked = new Promise<void>((resolve) => process.once('SIGTERM', resolve));

try {
  const cluster = await connectCluster({ brokers: [values.brokers], clientId: values.name });
  const topics = chaosTopics(values.prefix);
  const streams = await startStreams(chaosTopology(topics, values.name), {
    cluster: withSessionTimeout(cluster, Number(values['session-timeout'])),
    applicationId: `${values.prefix}.app`,
    processingGuarantee: values['at-least-once'] ? 'at_least_once' : 'exactly_once',
    deadLetterTopic: topics.deadLetters,
    interceptor: chaosInterceptor(topics),
    onStateChange: (state) => say(state),
  });
  await Promise.race([asked, streams.finished]);
  await streams.close();
  await cluster.close();
  say('BYE');
} catch (error) {
  const reason = KitError.from(error);
  say(`${reason.code}: ${reason.message}\n${reason.stack ?? ''}`);
  process.exitCode = 1;
}
// Whatever is left open must not keep a scorer alive that has said goodbye.
process.exit();

/** A short session makes for many rebalances in a short test. */
function withSessionTimeout(cluster: Cluster, sessionTimeoutMs: number): Cluster {
  return { ...cluster, joinGroup: (options) => cluster.joinGroup({ ...options, sessionTimeoutMs }) };
}
