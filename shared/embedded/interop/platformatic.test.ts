import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { hasClient, runClient, startEmbeddedBroker } from '#shared/testing';

// @platformatic/kafka asks for a newer Node than the project: both are looked for where these name them.
const node = process.env.NODE_24 ?? process.execPath;
const script = (name: string) => fileURLToPath(projectFile(`shared/embedded/interop/platformatic/${name}.mjs`));
const isHere = hasClient('@platformatic/kafka on Node 24 (NODE_24, PLATFORMATIC_KAFKA)', node, [script('client')]);

/** What a script reports of the broker that it was run against, which warned of nothing meanwhile. */
async function reportOf(name: string): Promise<unknown> {
  await using broker = await startEmbeddedBroker();
  const { code, output, errors } = await runClient(node, [script(name), broker.address]);
  expect({ code, errors, warnings: broker.warnings }).toEqual({ code: 0, errors: '', warnings: [] });
  return JSON.parse(output);
}

describe.skipIf(!isHere)('@platformatic/kafka', () => {
  it('writes idempotently in each of its compressions, reads that back and finds offsets by time', async () => {
    expect(await reportOf('records')).toEqual({
      inOrder: true,
      perCodec: { none: 100, gzip: 100, snappy: 100, lz4: 100, zstd: 100 },
      one: { key: 'snappy 50', value: 'value 50', timestamp: 1_700_000_002_050 },
      last: { key: 'none 0', value: null },
      earliest: 0,
      latest: 501,
      byTimeInsideBatch: 250,
    });
  });

  it('shares a group between two members, hands over when one leaves, and commits', async () => {
    expect(await reportOf('groups')).toEqual({
      alone: 4,
      together: { state: 'STABLE', members: 2, protocol: 'roundrobin' },
      seen: 300,
      listed: ['group'],
      leftAfterDeletion: [],
    });
  });

  it('administers topics, settings, records and committed offsets', async () => {
    expect(await reportOf('administration')).toEqual({
      created: [{ name: 'kept', partitions: 2, replicas: 1 }],
      refused: 'TOPIC_ALREADY_EXISTS',
      topics: ['kept'],
      partitions: 3,
      before: '100000000',
      after: { retention: '-1', policy: 'compact' },
      policy: 'delete',
      lowWatermark: 3,
      committed: 4,
      coordinator: 1,
      logDirectoryPartitions: 3,
    });
  });

  it('commits and aborts transactions, with offsets, and fences the earlier producer of an id', async () => {
    expect(await reportOf('transactions')).toEqual({
      committedOffset: 3,
      refusal: 'refused',
      committed: ['copy of input 1', 'copy of input 2', 'copy of input 3', 'of its successor'],
      uncommitted: [
        'aborted',
        'copy of input 1',
        'copy of input 2',
        'copy of input 3',
        'of the fenced producer',
        'of its successor',
      ],
    });
  });
});
