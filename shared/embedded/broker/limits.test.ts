import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { apis, errorCode } from '#shared/wire';
import { eventually, produceValues, startTestBroker, type TestBroker } from './test-broker.js';

const bytesOf = (...int32s: number[]) => {
  const bytes = Buffer.alloc(int32s.length * 4);
  int32s.forEach((value, i) => {
    bytes.writeInt32BE(value, i * 4);
  });
  return bytes;
};

const topics = [{ name: 't', partitions: 1 }];

/** Sends bytes that end the connection, and checks that the client next to it goes on. */
async function expectClosed(test: TestBroker, bytes: Buffer, warning: RegExp) {
  const stranger = await test.connect();
  stranger.socket.on('error', () => {});
  stranger.socket.write(bytes);
  await stranger.closed();
  expect(test.warnings.at(-1)).toMatch(warning);
  expect((await test.client.request(apis.metadata, 9, { topics: null })).topics).toHaveLength(1);
}

describe('the broker ends a connection that sends', () => {
  it('a frame of negative length', async () => {
    await using test = await startTestBroker({ topics });
    await expectClosed(test, bytesOf(-5), /its length is said to be -5 bytes/);
  });

  it('a frame above 100 MB', async () => {
    await using test = await startTestBroker({ topics });
    await expectClosed(test, bytesOf(100 * 1024 * 1024 + 1), /0 to 104857600 are allowed/);
  });

  it('another protocol', async () => {
    await using test = await startTestBroker({ topics });
    await expectClosed(test, Buffer.from('GET / HTTP/1.1\r\n\r\n'), /this is not a Kafka client/);
  });

  it('TLS, and says that it is not spoken here', async () => {
    await using test = await startTestBroker({ topics });
    await expectClosed(test, Buffer.from('16030102000100001fc0303f', 'hex'), /a client that wants TLS/);
  });

  it('an API that it does not know', async () => {
    await using test = await startTestBroker({ topics });
    await expectClosed(test, bytesOf(8, 999 << 16, 1), /API key 999 is none that this broker advertises/);
  });

  it('a version that it does not know of an API that it knows', async () => {
    await using test = await startTestBroker({ topics });
    await expectClosed(test, bytesOf(10, (3 << 16) | 77, 1, 0).subarray(0, 14), /Metadata version 77 is not known/);
  });

  it('an empty frame', async () => {
    await using test = await startTestBroker({ topics });
    await expectClosed(test, bytesOf(0), /only 0 are left/);
  });

  it('random bytes under a right length', async () => {
    await using test = await startTestBroker({ topics });
    for (let key = 0; key < 4; key += 1) {
      const garbage = randomBytes(64);
      garbage.writeInt32BE(60, 0);
      garbage.writeInt16BE(key, 4);
      garbage.writeInt16BE(4, 6);
      garbage.writeInt16BE(-2, 60);
      garbage.writeInt32BE(0x7ffffff0, 14);
      const stranger = await test.connect();
      stranger.socket.on('error', () => {});
      stranger.socket.write(garbage);
      stranger.socket.end();
      await stranger.closed();
    }
    expect(await produceValues(test.client, 't', 'still here')).toBe(0);
  });

  it('half a frame and then nothing', async () => {
    await using test = await startTestBroker({ topics });
    const stranger = await test.connect();
    stranger.socket.end(bytesOf(100, 0));
    await stranger.closed();
    expect(test.warnings.at(-1)).toMatch(/ended in the middle of a frame/);
  });
});

describe('the broker', () => {
  it('answers an unknown version of ApiVersions in version 0, so that the client can try again (KIP-511)', async () => {
    await using test = await startTestBroker();
    const asked = Buffer.concat([bytesOf(12, (18 << 16) | 99, 7), Buffer.from('ffff0000', 'hex')]);
    const answered = new Promise<Buffer>((resolve) => test.client.socket.once('data', resolve));
    test.client.socket.write(asked);
    const answer = await answered;
    const highest = bytesOf(apis.apiVersions.versions[1]).toString('hex').slice(4);
    expect(answer.toString('hex')).toBe(['00000010', '00000007', '0023', '00000001', '0012', '0000', highest].join(''));
    expect(answer.readInt16BE(8)).toBe(errorCode.unsupportedVersion);
  });

  it('advertises each API once, with Produce from version 0', async () => {
    await using test = await startTestBroker();
    const { apiKeys } = await test.client.request(apis.apiVersions, 3, {
      clientSoftwareName: 'a',
      clientSoftwareVersion: '1',
    });
    const keys = apiKeys.map(({ apiKey }) => apiKey);
    expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
    expect(apiKeys[0]).toMatchObject({ apiKey: apis.produce.key, minVersion: 0 });
  });

  it('answers a flood of requests on one connection, all and in order', async () => {
    await using test = await startTestBroker({ topics });
    const offsets = Array.from({ length: 500 }, (_, i) => produceValues(test.client, 't', String(i)));
    expect(await Promise.all(offsets)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  it('answers a request that comes byte by byte', async () => {
    await using test = await startTestBroker();
    const frame = Buffer.from('00000011001200000000000100076b61666b616a73', 'hex');
    const answered = new Promise<Buffer>((resolve) => test.client.socket.once('data', resolve));
    test.client.socket.setNoDelay(true);
    for (const byte of frame) await new Promise((resolve) => test.client.socket.write(Buffer.from([byte]), resolve));
    expect((await answered).readInt32BE(4)).toBe(1);
  });

  it('forgets a client that goes while its answer is on the way', async () => {
    await using test = await startTestBroker({ topics });
    const leaving = await test.connect();
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }];
    const asked = { maxWaitMs: 2_000_000_000, minBytes: 1, maxBytes: 1000, isolationLevel: 0 };
    leaving.send(apis.fetch, 11, { ...asked, topics: [{ topic: 't', partitions }] });
    leaving.socket.end();
    await leaving.closed();
    expect(await produceValues(test.client, 't', 'still here')).toBe(0);
    expect(test.warnings).toEqual([]);
  });

  it('says which port is taken, and starts on a free one for 0', async () => {
    await using test = await startTestBroker();
    await expect(startTestBroker({ port: test.broker.port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(`127.0.0.1:${test.broker.port}: another program listens there`),
    });
    expect(test.broker.address).toBe(`127.0.0.1:${test.broker.port}`);
  });

  it('refuses topics that can not be', async () => {
    const unknownSetting = [{ name: 't', partitions: 1, config: { 'retention.byte': '1' } }];
    await expect(startTestBroker({ topics: unknownSetting })).rejects.toMatchObject({ code: 'usage' });
    await expect(startTestBroker({ topics: [{ name: 'a b', partitions: 1 }] })).rejects.toMatchObject({
      code: 'usage',
    });
  });

  it('ends every connection when it closes', async () => {
    const test = await startTestBroker();
    const another = await test.connect();
    await test.broker.close();
    await Promise.all([test.client.closed(), another.closed()]);
    await eventually(() => expect(another.socket.destroyed).toBe(true));
  });
});
