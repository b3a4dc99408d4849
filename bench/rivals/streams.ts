import { dirname } from 'node:path';
import { connectCluster } from '#shared/kafka';
import { loadModel } from '#shared/scoring';
import { type Scored, StreamsBuilder, startStreams } from '#shared/streams';
import { fitV8 } from '../../shared/commands/fit-v8.js';
import { until } from '../harness/said.js';
import { knownSchemas, type Payment, payments, type Score, scores } from '../job/payments.js';
import {
  brokers,
  groupId,
  guarantee,
  inputTopic,
  isPaced,
  modelFile,
  outputTopic,
  Progress,
  records,
} from './contract.js';

// Ours: the job as a topology of shared/streams.

const toScore = ({ input: { id }, score, modelVersion }: Scored<Payment>): Score => ({ id, score, modelVersion });

// As every scorer of ours.
fitV8();
const { schemas } = await knownSchemas();
const cluster = await connectCluster({ brokers, clientId: 'bench' });
const builder = new StreamsBuilder();
builder
  .stream(payments)
  .score(await loadModel(dirname(modelFile)))
  .mapValues(toScore)
  .to(scores);
const streams = await startStreams(builder.build(), {
  cluster,
  schemas,
  applicationId: groupId,
  topicName: ({ name }) => (name === scores.name ? outputTopic : inputTopic),
  processingGuarantee: guarantee,
  // As shared/commands has it: who waits for a prediction waits for its commit.
  ...(isPaced && guarantee === 'exactly_once' && { commitIntervalMs: 10 }),
});
if (isPaced) await streams.finished;
const progress = new Progress();
let counted = 0;
const count = async (): Promise<void> => {
  const total = streams.metrics.processTotal;
  await progress.add(total - counted);
  counted = total;
};
await until(() => streams.metrics.processTotal > 0);
await count();
await until(() => streams.metrics.processTotal >= Number(process.env.BENCH_WARM_UP));
await count();
await until(() => streams.metrics.processTotal >= records);
await count();
await streams.close();
await progress.end();
await cluster.close();
process.exit();
