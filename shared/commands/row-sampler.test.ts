import { expect, it, vi } from 'vitest';
import { startRegistry } from '#shared/embedded/registry';
import { KitError } from '#shared/errors';
import { connectCluster } from '#shared/kafka';
import { connectSchemas } from '#shared/schema';
import type { BatchScorer, ExchangeableScorer } from '#shared/streams';
import { CommittedRecords, startEmbeddedBroker } from '#shared/testing';
import { featuresTopic, RowSampler } from './row-sampler.js';

interface Row {
  readonly id: string;
  readonly a: number;
}

/** Scores a row by its a; what is below nothing it cannot score. */
const summing = (released: unknown[]): ExchangeableScorer<Row> => ({
  acquire: (): BatchScorer<Row> => ({
    name: 'sum',
    version: '1',
    score: async (rows) =>
      rows.map(({ a }) =>
        a < 0
          ? new KitError('record-unscorable', 'below nothing')
          : { score: a, decision: null, reasons: [{ name: 'a', contribution: a }] },
      ),
  }),
  release: (model) => void released.push(model.name),
});

it('writes one row of a call as the model got it, or each where that is wanted, and changes nothing of the scores', async () => {
  await using broker = await startEmbeddedBroker();
  const registry = await startRegistry({ port: 0 });
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  const demo = {
    cluster,
    schemas: connectSchemas({ url: registry.url }),
    topicName: ({ name }: { readonly name: string }) => `mine.${name}`,
  };
  let everyRow = false;
  const onNotice = vi.fn();
  const sampler = await RowSampler.start('sums', demo, { everyRow: () => everyRow, onNotice });
  const released: unknown[] = [];
  const model = sampler?.around(summing(released));
  const acquired = model?.acquire();
  const rows = [-1, 1, 2].map((a) => ({ id: `row-${a}`, a }));
  expect(await acquired?.score(rows)).toMatchObject([{ code: 'record-unscorable' }, { score: 1 }, { score: 2 }]);
  // So soon after the first none is taken.
  await acquired?.score([{ id: 'too-soon', a: 5 }]);
  await sampler?.close();
  everyRow = true;
  await acquired?.score(rows);
  await sampler?.close();
  if (acquired !== undefined) model?.release(acquired);
  expect(released).toEqual(['sum']);

  const features = featuresTopic('sums');
  const written = await CommittedRecords.open(cluster, registry.url, features, demo.topicName(features));
  await written.toEnd();
  expect(written.records.map(({ key }) => key)).toEqual(['row-1', 'row-1', 'row-2']);
  expect(written.records[0]?.value).toEqual({
    id: 'row-1',
    row: '{"id":"row-1","a":1}',
    score: 1,
    decision: null,
    modelName: 'sum',
    modelVersion: '1',
    reasons: [{ name: 'a', contribution: 1 }],
    sampledAt: expect.any(Number),
  });
  expect(onNotice).not.toHaveBeenCalled();
  await cluster.close();
  await registry.close();
});

it('is none where its topic may not be made, and says so once', async () => {
  const refusing = { ensureTopics: () => Promise.reject(new KitError('topic-mismatch', 'Nobody may make topics.')) };
  const demo = { cluster: refusing, schemas: connectSchemas({ url: 'http://127.0.0.1:1' }), topicName: String };
  const onNotice = vi.fn();
  // Of the cluster this is all that is asked before it is known.
  const on = demo as unknown as Parameters<typeof RowSampler.start>[1];
  expect(await RowSampler.start('sums', on, { everyRow: () => false, onNotice })).toBeUndefined();
  expect(onNotice.mock.calls).toEqual([[expect.stringMatching(/Nobody may make topics/)]]);
});
