import { describe, expect, it } from 'vitest';
import type { KafkaUnderTest } from '#shared/testing';
import { type Api, apis, errorCode } from '#shared/wire';
import { bytesOf, connectTo, expectClosed } from './ask.contract.js';

const anyone = { clientSoftwareName: 'wire-client', clientSoftwareVersion: '1.0' };

/** The highest version that a client asks for, or the one version that it insists on. */
const needed: Readonly<Record<string, readonly (readonly [Api, number])[]>> = {
  'kafkajs 2.2.4': [
    [apis.produce, 7],
    [apis.fetch, 11],
    [apis.listOffsets, 3],
    [apis.metadata, 6],
    [apis.offsetCommit, 5],
    [apis.offsetFetch, 4],
    [apis.findCoordinator, 2],
    [apis.joinGroup, 5],
    [apis.heartbeat, 3],
    [apis.leaveGroup, 3],
    [apis.syncGroup, 3],
    [apis.describeGroups, 2],
    [apis.listGroups, 2],
    [apis.createTopics, 3],
    [apis.deleteTopics, 1],
    [apis.deleteRecords, 1],
    [apis.initProducerId, 1],
    [apis.describeConfigs, 2],
    [apis.createPartitions, 1],
    [apis.deleteGroups, 1],
  ],
  librdkafka: [
    [apis.produce, 7],
    [apis.fetch, 11],
    [apis.listOffsets, 5],
    [apis.metadata, 12],
    [apis.offsetFetch, 7],
    [apis.initProducerId, 4],
    [apis.offsetForLeaderEpoch, 2],
  ],
  'the Java client': [
    [apis.fetch, 13],
    [apis.listOffsets, 7],
    [apis.metadata, 12],
    [apis.offsetCommit, 8],
    [apis.offsetFetch, 8],
    [apis.findCoordinator, 4],
    [apis.joinGroup, 9],
    [apis.describeConfigs, 4],
    [apis.incrementalAlterConfigs, 1],
    [apis.offsetForLeaderEpoch, 4],
    [apis.describeCluster, 2],
    [apis.describeLogDirs, 4],
    [apis.describeTopicPartitions, 0],
  ],
};

/** What clients rely on before they know the broker. */
export function specifyApiVersions(kafka: KafkaUnderTest): void {
  describe('ApiVersions', () => {
    it.each([0, 1, 2, 3, 4])('is answered in version %i', async (version) => {
      const client = await connectTo(kafka);
      const { errorCode: code, apiKeys } = await client.request(apis.apiVersions, version, anyone);
      expect(code).toBe(errorCode.none);
      expect(apiKeys.map(({ apiKey }) => apiKey)).toContain(apis.apiVersions.key);
    });

    it.each(Object.entries(needed))('advertises what %s needs', async (_, versions) => {
      const client = await connectTo(kafka);
      const { apiKeys } = await client.request(apis.apiVersions, 3, anyone);
      for (const [api, version] of versions) {
        const advertised = apiKeys.find(({ apiKey }) => apiKey === api.key);
        expect(advertised?.minVersion, api.name).toBeLessThanOrEqual(version);
        expect(advertised?.maxVersion, api.name).toBeGreaterThanOrEqual(version);
      }
    });

    it('advertises Produce from version 0, by which librdkafka knows that codecs may be used', async () => {
      const client = await connectTo(kafka);
      const { apiKeys } = await client.request(apis.apiVersions, 0, {});
      expect(apiKeys.find(({ apiKey }) => apiKey === apis.produce.key)).toMatchObject({ minVersion: 0 });
    });

    it('is answered in version 0 where its version is not known, with the versions that are (KIP-511)', async () => {
      const client = await connectTo(kafka);
      const answered = new Promise<Buffer>((resolve) => client.socket.once('data', resolve));
      client.socket.write(Buffer.concat([bytesOf(12, (18 << 16) | 99, 7), Buffer.from('ffff0000', 'hex')]));
      // Length, correlation id, error, one API: its key and its versions, from 0 up.
      expect((await answered).toString('hex')).toMatch(/^00000010000000070023000000010012000000..$/);
    });

    it.each(['', 'no spaces', '-dash'])('refuses the name "%s" for a client', async (clientSoftwareName) => {
      const client = await connectTo(kafka);
      const answer = await client.request(apis.apiVersions, 3, { ...anyone, clientSoftwareName });
      expect(answer.errorCode).toBe(errorCode.invalidRequest);
    });
  });

  describe('a connection', () => {
    it.each([
      { what: 'an API that does not exist', bytes: bytesOf(8, 999 << 16, 1) },
      { what: 'a version that does not exist', bytes: bytesOf(10, (3 << 16) | 77, 1, 0).subarray(0, 14) },
      { what: 'a frame of negative length', bytes: bytesOf(-5) },
      { what: 'a frame above 100 MB', bytes: bytesOf(100 * 1024 * 1024 + 1) },
      { what: 'an empty frame', bytes: bytesOf(0) },
      { what: 'another protocol', bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n') },
      {
        what: 'a request that ends early',
        bytes: bytesOf(14, (3 << 16) | 9, 1, 0x00016300, 0x0900_0000).subarray(0, 18),
      },
    ])('ends with $what, and others go on', async ({ bytes }) => {
      const other = await connectTo(kafka);
      await expectClosed(kafka, bytes);
      expect((await other.request(apis.apiVersions, 3, anyone)).errorCode).toBe(errorCode.none);
    });
  });
}
