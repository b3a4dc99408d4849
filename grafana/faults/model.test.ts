import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GraphBuilder } from '#shared/onnx';
import {
  type Alerting,
  describeWithPrometheus,
  type ProgramProcess,
  startAlerting,
  startProgram,
} from '#shared/testing';

const demo = 'flight-delay';

/** Writes a model that takes the longer flights for those that will be late; `costs` is the edge of a matrix that it squares for nothing. */
function distanceModel(into: string, version: string, costs: number): string {
  const graph = new GraphBuilder('distance');
  const distance = graph.input('distance', 'float', ['N', 1]);
  const score = graph.node('Sigmoid', [graph.node('Mul', [distance, graph.constant('float', [0.0001])])]);
  // Of random numbers, so that nothing can be worked out before.
  const noise = graph.node('RandomUniform', [], { shape: { ints: [costs, costs] } });
  const mean = graph.node('ReduceMean', [graph.node('MatMul', [noise, noise])], { keepdims: { int: 0 } });
  const nothing = graph.node('Mul', [mean, graph.constant('float', [0], [])]);
  graph.output(graph.node('Add', [score, nothing], {}, { output: 'late' }), 'float', ['N', 1]);
  const bytes = graph.toBytes();
  const card = {
    name: 'by-distance',
    version,
    task: 'binary',
    inputs: [{ name: 'distance', type: 'number' }],
    output: { tensor: 'late' },
    labels: ['on time', 'delayed'],
    sha256: createHash('sha256').update(bytes).digest('hex'),
    quality: { auc: 0.9 },
    // Of an airline whose flights are all short.
    profile: { distance: { edges: [100, 200, 300], shares: [0.25, 0.25, 0.25, 0.25], missing: 0 } },
  };
  const folder = mkdtempSync(join(into, 'model-'));
  writeFileSync(join(folder, 'model.onnx'), bytes);
  writeFileSync(join(folder, 'model.json'), JSON.stringify(card));
  return folder;
}

// One after another: a slow model, then one that is quick and wrong, and was made for other flights.
await describeWithPrometheus('Faults of models', () => {
  const folder = mkdtempSync(join(tmpdir(), 'models-'));
  let alerting: Alerting;
  let program: ProgramProcess;
  let where: string[];
  beforeAll(async () => {
    program = startProgram('demos/flight-delay/demo.js', ['--broker-port', '0', '--port', '0', '--rate', '300']);
    const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
    where = ['--brokers', brokers, '--registry', await program.said(/Registry\s+(http\S+)/)];
    alerting = await startAlerting();
    await alerting.watch(await program.said(/Live page\s+(http\S+)/));
  });
  afterAll(async () => {
    await program[Symbol.asyncDispose]();
    await alerting[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  const publish = async (model: string): Promise<void> => {
    await using run = startProgram('shared/commands/model-publish.js', [model, '--demo', demo, ...where]);
    expect([await run.exited, run.stderr()]).toMatchObject([0, expect.anything()]);
  };

  it('one that takes its time', async () => {
    await publish(distanceModel(folder, '1', 3_000));
    await alerting.told({ alertname: 'ScoringSlow', demo });
  });

  it('one that promises more than it keeps, and was made for other inputs', async () => {
    await publish(distanceModel(folder, '2', 1));
    await alerting.told({ alertname: 'ScoringSlow', demo }, 'resolved');
    const model = { demo, name: 'by-distance', version: '2' };
    await alerting.told({ alertname: 'ModelQualityDropped', ...model });
    await alerting.told({ alertname: 'InputDrift', ...model, input: 'distance' });
  });
});
