import { connectCluster } from '#shared/kafka';
import { publishModel, serveModel } from '#shared/scoring';
import { say } from '../harness/said.js';
import { modelFolder, modelReference, modelVersion } from './model-versions.js';

// Exchanges a served model again and again, and tells what is left in memory: model-exchanges.js HOST:PORT EXCHANGES

const [address = '', exchanges = ''] = process.argv.slice(2);
const total = Number(exchanges);
const versions = await Promise.all([modelVersion('2'), modelVersion('3')]);
const row = (JSON.parse(versions[0].golden ?? '') as { rows: { input: object }[] }).rows[0]?.input ?? {};
const cluster = await connectCluster({ brokers: [address], clientId: 'bench' });
let exchanged = (): void => undefined;
const served = await serveModel({
  cluster,
  topic: 'models',
  demo: modelReference.demo,
  instance: 'bench',
  ownFolder: modelFolder,
  prefersOwn: false,
  onEvent: (event) => {
    if (event.type === 'refused') throw new Error(event.refusal.message);
    exchanged();
  },
});
const resident = (): number => process.memoryUsage().rss / 2 ** 20;
say({ is: 'begin' });
let milliseconds = 0;
let early = 0;
for (let exchange = 1; exchange <= total; exchange += 1) {
  const done = new Promise<void>((resolve) => {
    exchanged = resolve;
  });
  const begun = performance.now();
  await publishModel(cluster, 'models', versions[exchange % 2] ?? versions[0], modelReference);
  await done;
  milliseconds += (performance.now() - begun) / total;
  // As a task does.
  const lease = served.scorer.acquire();
  await lease.score([row]);
  served.scorer.release(lease);
  if (exchange === Math.ceil(total / 10)) early = resident();
}
say({ is: 'end', milliseconds, early, late: resident() });
await served.close();
await cluster.close();
