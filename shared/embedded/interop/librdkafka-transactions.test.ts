import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { hasClient, runClient, startEmbeddedBroker } from '#shared/testing';

const python = process.env.CONFLUENT_KAFKA_PYTHON ?? 'python3';
const hasPython = hasClient('confluent-kafka for Python', python, ['-c', 'import confluent_kafka']);
const hasKcat = hasClient('kcat', 'kcat', ['-V']);
const script = fileURLToPath(projectFile('shared/embedded/interop/python-transactions.py'));
const topics = ['input', 'output'].map((name) => ({ name, partitions: 1 }));

describe.skipIf(!hasPython)('transactions of confluent-kafka for Python (librdkafka)', () => {
  it('commit or abort records and offsets together, and shut out the earlier producer of an id', async () => {
    await using broker = await startEmbeddedBroker({ topics });
    const { code, output, errors } = await runClient(python, [script, broker.address]);
    expect(code, errors).toBe(0);
    expect(JSON.parse(output)).toEqual({
      afterCommit: 5,
      afterAbort: 5,
      fenced: true,
      committed: [...['0', '1', '2', '3', '4'].map((value) => `copy of ${value}`), 'of its successor'],
      uncommitted: 12,
    });
    expect(broker.warnings).toEqual([]);
  });

  it.skipIf(!hasKcat)('are read by kcat as its isolation level says', async () => {
    await using broker = await startEmbeddedBroker({ topics });
    expect((await runClient(python, [script, broker.address])).code).toBe(0);
    const read = async (isolation: string) => {
      const asked = ['-C', '-t', 'output', '-o', 'beginning', '-e', '-q', '-X', `isolation.level=${isolation}`];
      const { output } = await runClient('kcat', ['-b', broker.address, ...asked]);
      return output.trim().split('\n').length;
    };
    expect([await read('read_committed'), await read('read_uncommitted')]).toEqual([6, 12]);
  });
});
