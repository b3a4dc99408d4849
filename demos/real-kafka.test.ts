import { expect, it } from 'vitest';
import { startRegistry } from '#shared/embedded/registry';
import { type DemoReport, describeOnRealKafka, startProgram } from '#shared/testing';

await describeOnRealKafka('all demos side by side', (kafka) => {
  it('share a cluster, and each accounts for all that is its own', async () => {
    const registry = await startRegistry({ port: 0 });
    const at = ['--brokers', kafka.brokers, '--registry', registry.url, '--headless'];
    await using program = startProgram('demos/demos.js', [
      'all',
      ...at,
      '--records',
      '2000',
      '--rate',
      '0',
      '--report',
      '-',
    ]);
    expect([await program.exited, program.stderr()]).toEqual([
      0,
      expect.stringContaining(`demos on the Kafka cluster at ${kafka.brokers}`),
    ]);
    for (const { records } of JSON.parse(program.stdout()) as readonly DemoReport[]) {
      expect(records.scored).toBeGreaterThan(0);
      expect(records).toMatchObject({ deadLettered: 0, lost: 0, duplicated: 0 });
    }
    await registry.close();
  }, 120_000);
});
