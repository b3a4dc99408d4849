import { describe, expect, it } from 'vitest';
import { startRegistry } from '#shared/embedded/registry';
import { connectSchemas, defineTopic } from '#shared/schema';
import { freePort } from '#shared/testing';
import { RecordDecoder } from './record-decoder.js';

const orderSchema = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'note', type: ['null', 'bytes'], default: null },
  ],
};
const orders = defineTopic<{ id: string; at: number; note: Buffer | null }>({
  name: 'orders',
  partitions: 1,
  schema: orderSchema,
});
const order = { id: 'a', at: 1_380_615_300_007, note: Buffer.from([1]) };
const orderJson = '{"id":"a","at":"2013-10-01T08:15:00.007Z","note":{"bytes":1,"base64":"AQ=="}}';

function decoderOf(url: string) {
  let clock = 0;
  const said: string[] = [];
  const decoder = new RecordDecoder(
    connectSchemas({ url, readable: true, now: () => clock }),
    (sentence) => said.push(sentence),
    () => clock,
  );
  const decode = async (bytes: Buffer | null) => {
    await decoder.prepare([bytes]);
    return decoder.decode(bytes);
  };
  const pass = (ms: number): void => {
    clock += ms;
  };
  return { decode, said, pass };
}

describe('what is in Confluent wire format', () => {
  it('is decoded by its schema, for people', async () => {
    await using registry = await startedRegistry(0);
    const serialize = await connectSchemas({ url: registry.url }).register(orders, 'orders');
    const { decode, said } = decoderOf(registry.url);
    expect(await decode(serialize(order))).toEqual({ kind: 'json', json: orderJson });
    expect(await decode(null)).toEqual({ kind: 'null' });
    expect(said).toEqual([]);
  });

  it('stays bytes, with the reason, where it is not what it seems, and the next one is decoded', async () => {
    await using registry = await startedRegistry(0);
    const serialize = await connectSchemas({ url: registry.url }).register(orders, 'orders');
    const { decode, said } = decoderOf(registry.url);
    const [unknown, cut] = [Buffer.from([0, 0, 0, 0, 99, 1]), serialize(order).subarray(0, 6)];
    expect(await decode(unknown)).toEqual({
      kind: 'bytes',
      bytes: unknown,
      reason: `the registry at ${registry.url} has no schema 99`,
    });
    expect(await decode(cut)).toMatchObject({ kind: 'bytes', reason: expect.stringContaining('it is truncated') });
    expect(await decode(Buffer.from([0, 0, 0, 0, 0, 0, 0, 7]))).toMatchObject({ kind: 'bytes' });
    expect(await decode(serialize(order))).toEqual({ kind: 'json', json: orderJson });
    expect(said).toEqual([]);
  });

  it('stays bytes where the registry does not answer, which is said once, and is decoded when it does', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { decode, said, pass } = decoderOf(url);
    const bytes = Buffer.from([0, 0, 0, 0, 1, 2, 97, 0, 0]);
    const undecoded = { kind: 'bytes', bytes, reason: 'schema 1: the registry does not answer' };
    expect(await decode(bytes)).toEqual(undecoded);
    pass(6_000);
    expect(await decode(bytes)).toEqual(undecoded);
    expect(said).toEqual([expect.stringMatching(/^Looking up schema 1: the Schema Registry at \S+ does not answer/)]);
    await using registry = await startedRegistry(port);
    await connectSchemas({ url: registry.url }).register(orders, 'orders');
    expect(await decode(bytes)).toEqual(undecoded);
    pass(6_000);
    expect(await decode(bytes)).toEqual({
      kind: 'json',
      json: '{"id":"a","at":"1970-01-01T00:00:00.000Z","note":null}',
    });
    expect(said).toHaveLength(1);
  });
});

async function startedRegistry(port: number): Promise<AsyncDisposable & { readonly url: string }> {
  const registry = await startRegistry({ port });
  return { url: registry.url, [Symbol.asyncDispose]: () => registry.close() };
}
