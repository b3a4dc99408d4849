import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { batchesIn, connectTo, createTopic, fetchPartition, produceValues } from './ask.contract.js';

/** What producers can rely on. */
export function specifyProduce(kafka: KafkaUnderTest): void {
  describe('Produce', () => {
    it('gives offsets in the order of appending, and keeps what was sent', async () => {
      const client = await connectTo(kafka);
      const topic = await createTopic(kafka, client);
      expect(await produceValues(client, topic, 'a', 'b')).toMatchObject({ errorCode: 0, baseOffset: 0 });
      expect(await produceValues(client, topic, 'c')).toMatchObject({ errorCode: 0, baseOffset: 2 });
      const { records } = await fetchPartition(client, topic);
      expect(batchesIn(records).flatMap((batch) => batch.records.map(({ value }) => String(value)))).toEqual([
        'a',
        'b',
        'c',
      ]);
    });
  });
}
