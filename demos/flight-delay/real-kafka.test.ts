import { expect, it } from 'vitest';
import { startRegistry } from '#shared/embedded/registry';
import { describeOnRealKafka, specifyDemoOnKafka, startProgram } from '#shared/testing';
import { demo } from './demo.js';

await describeOnRealKafka('the flight-delay demo', (kafka) => {
  specifyDemoOnKafka(kafka, demo, {
    // Of the first 3,000 flights of October 2013 eleven were cancelled.
    run: { records: 3_000, counts: { produced: 3_000, filtered: 11, scored: 2_989 } },
    paced: { records: 500, rate: 200 },
  });

  it('refuses a model that is not there in one sentence, however long the groups take to form', async () => {
    const registry = await startRegistry({ port: 0 });
    const at = ['--brokers', kafka.brokers, '--registry', registry.url, '--records', '1', '--headless'];
    await using program = startProgram('demos/flight-delay/demo.js', [...at, '--model', '/no/such/model']);
    expect(await program.exited).toBe(2);
    expect(program.stderr()).toMatch(/^The model folder \/no\/such\/model has no model\.onnx; .+\n$/);
    await registry.close();
  });
});
