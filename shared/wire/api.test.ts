import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { generateMessage, seededRandom } from '#shared/testing';
import { type Api, apis, decodeRequest, decodeResponse, encodeRequest, encodeResponse, peekRequest } from './index.js';

const all: readonly Api[] = Object.values(apis);

const versionsOf = ({ versions: [lowest, highest] }: Api) =>
  Array.from({ length: highest - lowest + 1 }, (_, i) => lowest + i);

const everyVersion = all.flatMap((api) => versionsOf(api).map((version) => ({ api, name: api.name, version })));

/** A frame without its length, as a splitter would give it. */
const unframed = (parts: Buffer[]) => {
  const bytes = Buffer.concat(parts);
  expect(bytes.readInt32BE(0)).toBe(bytes.length - 4);
  return bytes.subarray(4);
};

describe('an API at a version', () => {
  it.each(everyVersion)('$name v$version: a request survives the wire', ({ api, version }) => {
    const random = seededRandom(version + 1);
    for (let i = 0; i < 20; i += 1) {
      const request = generateMessage(api.request, version, random);
      const frame = unframed(encodeRequest(api, version, { correlationId: i, clientId: 'client' }, request));
      const decoded = decodeRequest(api, frame);
      expect(decoded.request).toEqual(request);
      expect(decoded.header).toEqual({ apiKey: api.key, apiVersion: version, correlationId: i, clientId: 'client' });
    }
  });

  it.each(everyVersion)('$name v$version: a response survives the wire', ({ api, version }) => {
    const random = seededRandom(version + 101);
    for (let i = 0; i < 20; i += 1) {
      const response = generateMessage(api.response, version, random);
      const frame = unframed(encodeResponse(api, version, i, response));
      expect(decodeResponse(api, version, frame)).toEqual({ correlationId: i, response });
    }
  });

  it('is refused where the version is not known', () => {
    expect(() => encodeResponse(apis.heartbeat, 5, 1, { errorCode: 0 })).toThrow('Heartbeat version 5 is not known');
  });
});

describe('the bytes', () => {
  it('of a plain request: ApiVersions v0, the first that kafkajs sends', () => {
    const bytes = Buffer.concat(encodeRequest(apis.apiVersions, 0, { correlationId: 1, clientId: 'kafkajs' }, {}));
    expect(bytes.toString('hex')).toBe('00000011001200000000000100076b61666b616a73');
  });

  it('of a flexible request: Metadata v12 for one topic, with compact lengths and empty tag sections', () => {
    const bytes = Buffer.concat(
      encodeRequest(
        apis.metadata,
        12,
        { correlationId: 2, clientId: 'c' },
        { topics: [{ name: 'ab' }], allowAutoTopicCreation: false },
      ),
    );
    const header = '0003000c0000000200016300';
    const topics = `02${'00'.repeat(16)}03616200`;
    expect(bytes.toString('hex')).toBe(`00000024${header}${topics}000000`);
  });

  it('of a flexible ApiVersions response: the header stays plain, so that every client can read it (KIP-511)', () => {
    const apiKeys = [{ apiKey: 18, minVersion: 0, maxVersion: 3 }];
    const bytes = Buffer.concat(encodeResponse(apis.apiVersions, 3, 7, { errorCode: 0, apiKeys }));
    expect(bytes.toString('hex')).toBe(['00000013', '00000007', '0000', '0200120000000300', '00000000', '00'].join(''));
  });

  it('of tagged fields: written only where they differ from their fallback, in the order of their tags', () => {
    const response = { errorCode: 0, apiKeys: [], zkMigrationReady: true, finalizedFeaturesEpoch: 5 };
    const bytes = Buffer.concat(encodeResponse(apis.apiVersions, 3, 7, response));
    const tags = ['02', '0108', '0000000000000005', '0301', '01'].join('');
    expect(bytes.subarray(-tags.length / 2).toString('hex')).toBe(tags);
    expect(decodeResponse(apis.apiVersions, 3, bytes.subarray(4)).response).toMatchObject(response);
  });

  it('of a request with a null client id', () => {
    const frame = unframed(encodeRequest(apis.listGroups, 3, { correlationId: 9, clientId: null }, {}));
    expect(decodeRequest(apis.listGroups, frame).header.clientId).toBeNull();
  });

  it('that librdkafka leaves at the end of a request do no harm', () => {
    const asSent = Buffer.from('0003000c00000003000772646b61666b610000000000010000', 'hex');
    expect(decodeRequest(apis.metadata, asSent).request).toMatchObject({ topics: null, allowAutoTopicCreation: false });
  });

  it('begin with key, version and correlation id, whatever follows', () => {
    const frame = unframed(encodeRequest(apis.fetch, 11, { correlationId: 77, clientId: 'c' }, fetchRequest));
    expect(peekRequest(frame)).toEqual({ apiKey: 1, apiVersion: 11, correlationId: 77 });
  });

  const fetchRequest = { maxWaitMs: 100, minBytes: 1, maxBytes: 1000, isolationLevel: 0, topics: [] };
});

describe('records in a response', () => {
  it('are handed on without a copy where they are large', () => {
    const batches = [Buffer.alloc(5000, 1), Buffer.alloc(6000, 2)];
    const partition = {
      partitionIndex: 0,
      errorCode: 0,
      highWatermark: 9,
      lastStableOffset: 9,
      abortedTransactions: [],
    };
    const parts = encodeResponse(apis.fetch, 12, 1, {
      responses: [{ topic: 't', partitions: [{ ...partition, records: batches }] }],
    });
    expect(parts).toContain(batches[0]);
    expect(parts).toContain(batches[1]);
    const { response } = decodeResponse(apis.fetch, 12, unframed(parts));
    expect(response.responses[0]?.partitions[0]?.records).toEqual(Buffer.concat(batches));
  });
});

describe('damaged requests', () => {
  const decodeOrRefuse = (api: Api, frame: Buffer) => {
    try {
      decodeRequest(api, frame);
      return 'read';
    } catch (reason) {
      if (reason instanceof KitError && reason.code === 'protocol') return 'refused';
      throw reason;
    }
  };

  it('are refused with a sentence when cut short', () => {
    for (const { api, version } of everyVersion) {
      const request = generateMessage(api.request, version, seededRandom(version));
      const frame = unframed(encodeRequest(api, version, { correlationId: 1, clientId: 'c' }, request));
      for (let length = 0; length < frame.length; length += 1 + (length >> 5)) {
        expect(() => decodeRequest(api, frame.subarray(0, length))).toThrow(/^Reading|^Coding/);
      }
    }
  });

  it('are read or refused, never more, when bytes are changed', () => {
    const random = seededRandom(42);
    for (const { api, version } of everyVersion) {
      const request = generateMessage(api.request, version, random);
      const frame = unframed(encodeRequest(api, version, { correlationId: 1, clientId: 'c' }, request));
      for (let i = 0; i < 40; i += 1) {
        const damaged = Buffer.from(frame);
        // The key and the version stay: they decide who reads it.
        const at = 4 + Math.floor(random() * (damaged.length - 4));
        damaged[at] = Math.floor(random() * 256);
        decodeOrRefuse(api, damaged);
      }
    }
  });

  it('can not make the reader allocate for elements that are not there', () => {
    const frame = unframed(
      encodeRequest(apis.deleteGroups, 0, { correlationId: 1, clientId: null }, { groupsNames: [] }),
    );
    frame.writeInt32BE(0x7fffffff, frame.length - 4);
    expect(() => decodeRequest(apis.deleteGroups, frame)).toThrow("2147483647 elements can't lie in 0 bytes");
  });

  it('can not make the reader build more elements than any client needs, however little room each takes', () => {
    const header = unframed(
      encodeRequest(apis.deleteGroups, 2, { correlationId: 1, clientId: null }, { groupsNames: [] }),
    ).subarray(0, -2);
    const names = (count: number) => {
      const length = Buffer.from([((count + 1) & 127) | 128, (((count + 1) >> 7) & 127) | 128, (count + 1) >> 14]);
      return Buffer.concat([header, length, Buffer.alloc(count, 1), Buffer.from([0])]);
    };
    expect(decodeRequest(apis.deleteGroups, names(250_000)).request.groupsNames).toHaveLength(250_000);
    expect(() => decodeRequest(apis.deleteGroups, names(250_001))).toThrow('a request may have 250000');
  });

  it('are refused where a string is longer than the protocol has them', () => {
    const name = 'x'.repeat(32_768);
    const compact = Buffer.concat([
      Buffer.from('002a000200000001ffff0002818002', 'hex'),
      Buffer.from(name),
      Buffer.alloc(2),
    ]);
    expect(() => decodeRequest(apis.deleteGroups, compact)).toThrow('a string of 32768 bytes; 32767 are allowed');
  });

  it('are refused where a length is negative', () => {
    const frame = unframed(
      encodeRequest(apis.deleteGroups, 0, { correlationId: 1, clientId: null }, { groupsNames: [] }),
    );
    frame.writeInt32BE(-2, frame.length - 4);
    expect(() => decodeRequest(apis.deleteGroups, frame)).toThrow('a length of -2 where 0 is the least');
  });
});
