import { describe, expect, it } from 'vitest';
import { apis, buildBatch, errorCode } from '#shared/wire';
import { produceBatch, recordsOf, startTestBroker } from './test-broker.js';

const batch = (producerId: number, baseSequence: number, values = ['a', 'b'], producerEpoch = 0) =>
  buildBatch(recordsOf(...values), { producerId, producerEpoch, baseSequence });

const topics = [{ name: 't', partitions: 1 }];

describe('an idempotent producer', () => {
  it('is given an id that nobody else has', async () => {
    await using test = await startTestBroker();
    const ask = () =>
      test.client.request(apis.initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1000 });
    const first = await ask();
    const second = await ask();
    expect([first.errorCode, first.producerEpoch]).toEqual([errorCode.none, 0]);
    expect(second.producerId).not.toBe(first.producerId);
  });

  it('may repeat any of its last five batches: they are acknowledged where they are, and not written again', async () => {
    await using test = await startTestBroker({ topics });
    for (let i = 0; i < 6; i += 1) {
      expect(await produceBatch(test.client, 't', batch(7, i * 2))).toMatchObject({ errorCode: 0, baseOffset: i * 2 });
    }
    for (const i of [1, 3, 5]) {
      expect(await produceBatch(test.client, 't', batch(7, i * 2))).toMatchObject({ errorCode: 0, baseOffset: i * 2 });
    }
    expect(await produceBatch(test.client, 't', batch(7, 12))).toMatchObject({ errorCode: 0, baseOffset: 12 });
  });

  it('is refused a batch that leaves a gap, and an older one than the last five', async () => {
    await using test = await startTestBroker({ topics });
    for (let i = 0; i < 6; i += 1) await produceBatch(test.client, 't', batch(7, i * 2));
    expect((await produceBatch(test.client, 't', batch(7, 14))).errorCode).toBe(errorCode.outOfOrderSequenceNumber);
    expect((await produceBatch(test.client, 't', batch(7, 0))).errorCode).toBe(errorCode.outOfOrderSequenceNumber);
  });

  it('begins at 0 in a new epoch, and is fenced in its old one', async () => {
    await using test = await startTestBroker({ topics });
    await produceBatch(test.client, 't', batch(7, 0));
    expect((await produceBatch(test.client, 't', batch(7, 2, ['c'], 1))).errorCode).toBe(
      errorCode.outOfOrderSequenceNumber,
    );
    expect(await produceBatch(test.client, 't', batch(7, 0, ['c'], 1))).toMatchObject({ errorCode: 0, baseOffset: 2 });
    expect((await produceBatch(test.client, 't', batch(7, 2, ['d'], 0))).errorCode).toBe(
      errorCode.invalidProducerEpoch,
    );
  });

  it('counts past 2^31 - 1 to 0', async () => {
    await using test = await startTestBroker({ topics });
    await produceBatch(test.client, 't', batch(7, 2 ** 31 - 2));
    expect(await produceBatch(test.client, 't', batch(7, 0))).toMatchObject({ errorCode: 0, baseOffset: 2 });
    await produceBatch(test.client, 't', batch(8, 2 ** 31 - 1));
    expect(await produceBatch(test.client, 't', batch(8, 1))).toMatchObject({ errorCode: 0, baseOffset: 6 });
  });

  it('does not hinder another', async () => {
    await using test = await startTestBroker({ topics });
    await produceBatch(test.client, 't', batch(7, 0));
    expect(await produceBatch(test.client, 't', batch(8, 0))).toMatchObject({ errorCode: 0, baseOffset: 2 });
  });
});
