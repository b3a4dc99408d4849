import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import { KitError } from '#shared/errors';
import { connectSchemas, defineTopic, type Schemas } from './index.js';

interface Flight {
  id: string;
  eventTime: number;
  distance: number;
  windSpeed: number | null;
  carrier: 'UA' | 'DL';
  stops: string[];
}

const flightSchema = {
  type: 'record',
  name: 'Flight',
  namespace: 'demo',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'eventTime', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'distance', type: 'int' },
    { name: 'windSpeed', type: ['null', 'double'], default: null },
    { name: 'carrier', type: { type: 'enum', name: 'Carrier', symbols: ['UA', 'DL'] } },
    { name: 'stops', type: { type: 'array', items: 'string' } },
  ],
};
const flights = defineTopic<Flight>({ name: 'flights', partitions: 4, schema: flightSchema });
const flight: Flight = {
  id: 'UA-1',
  eventTime: 1_700_000_000_123,
  distance: 1400,
  windSpeed: null,
  carrier: 'DL',
  stops: ['ORD', 'DEN'],
};

let registry: Registry;
let schemas: Schemas;
let clock = 0;

beforeAll(async () => {
  registry = await startRegistry({ port: 0 });
  schemas = connectSchemas({ url: registry.url, now: () => clock });
});
afterAll(() => registry.close());

/** A value in wire format: header and data as given. */
const framed = (id: number, data: Buffer = Buffer.alloc(0)): Buffer => {
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  return Buffer.concat([header, data]);
};

const read = async (value: Buffer | null): Promise<Flight> => {
  const deserializer = schemas.deserializer<Flight>();
  await deserializer.prepare([value]);
  return deserializer.decode(value);
};

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('a record in Confluent wire format', () => {
  it('comes back as it was written, nullable fields and timestamps as plain values', async () => {
    const serialize = await schemas.register(flights, 'flights');
    const value = serialize(flight);
    expect(value.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 1]));
    expect(await read(value)).toStrictEqual(flight);
    expect(await read(serialize({ ...flight, windSpeed: 7.5, stops: [] }))).toStrictEqual({
      ...flight,
      windSpeed: 7.5,
      stops: [],
    });
  });

  it('may be larger than the buffer that records are written in', async () => {
    const serialize = await schemas.register(flights, 'flights');
    const large = { ...flight, id: 'x'.repeat(100_000) };
    expect(await read(serialize(large))).toStrictEqual(large);
    expect(await read(serialize(flight))).toStrictEqual(flight);
  });

  it('stays as it was while others are written, of whatever size, and after one that could not be', async () => {
    const serialize = await schemas.register(flights, 'flights');
    const sizes = [10, 5_000, 16_300, 16_384, 40_000, 39_000, 44_000, 46_000, 1, 7_000, 9_000, 100_000, 3];
    const all = sizes.map((size, number) => ({ ...flight, id: `${number} `.padEnd(size, 'x') }));
    const written = all.map((each) => {
      expect(() => serialize({ ...each, stops: 'none' } as unknown as Flight)).toThrow(/"stops"/);
      return serialize(each);
    });
    for (const [number, value] of written.entries()) expect(await read(value)).toStrictEqual(all[number]);
  });

  it('is registered under the name of its topic, once', async () => {
    await schemas.register(flights, 'team-7.flights');
    await schemas.register(flights, 'team-7.flights');
    const versions = await fetch(`${registry.url}/subjects/team-7.flights-value/versions`);
    expect(await versions.json()).toEqual([1]);
  });
});

describe('what cannot be written', () => {
  it('is refused with the topic and the field', async () => {
    const serialize = await schemas.register(flights, 'flights');
    expect(() => serialize({ ...flight, distance: 1.5 })).toThrow(
      refusal('schema', /^Writing a record to flights: the field "distance" is 1\.5, the schema asks for "int"/),
    );
    // @ts-expect-error: a symbol that the schema does not have
    expect(() => serialize({ ...flight, carrier: 'XX' })).toThrow(refusal('schema', /the field "carrier" is "XX"/));
    const { id: _, ...anonymous } = flight;
    // @ts-expect-error: a field is missing
    expect(() => serialize(anonymous)).toThrow(refusal('schema', /the field "id" is missing/));
    // @ts-expect-error: an item is of the wrong type
    expect(() => serialize({ ...flight, stops: ['ORD', 7] })).toThrow(refusal('schema', /the field "stops.1" is 7/));
    expect(serialize(flight)).toEqual(serialize({ ...flight }));
  });
});

describe('what cannot be read', () => {
  it('is undecodable, each with its own sentence', async () => {
    const good = (await schemas.register(flights, 'flights'))(flight);
    const cases: [Buffer | null, RegExp][] = [
      [null, /no value \(a tombstone\)/],
      [Buffer.alloc(0), /it has 0 bytes; Confluent's wire format/],
      [Buffer.from('{"id":1}'), /it begins with the byte 123/],
      [framed(-5), /its schema id is -5/],
      [framed(4711), /has no schema 4711$/],
      [good.subarray(0, 9), /it is truncated: schema 1 asks for more than its 9 bytes/],
      [Buffer.concat([good, Buffer.from([1, 2])]), /2 bytes are left after the data of schema 1/],
      [
        framed(1, Buffer.from([2, 65, 0, 0, 8])),
        /its data are not of schema 1: there is no branch|invalid union index/,
      ],
    ];
    for (const [value, message] of cases) {
      await expect(read(value)).rejects.toThrow(refusal('record-undecodable', message));
    }
  });

  it('does not make the reader loop: a corrupt list length is found before its items are read', async () => {
    const good = (await schemas.register(flights, 'flights'))({ ...flight, stops: [] });
    // The list's length, the last byte, becomes 2^40 items.
    const corrupt = Buffer.concat([good.subarray(0, -1), Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x40])]);
    await expect(read(corrupt)).rejects.toThrow(
      refusal('record-undecodable', /a list of 1099511627776 items with 0 bytes/),
    );
  });

  it('is not the fault of the record where it was never prepared', async () => {
    const good = (await schemas.register(flights, 'flights'))(flight);
    expect(() => schemas.deserializer().decode(good)).toThrow(refusal('internal', /give records to prepare\(\)/));
  });
});

describe('a schema id that the registry does not know', () => {
  it('is forgotten after a second, and known once it is registered', async () => {
    const deserializer = schemas.deserializer<{ late: string }>();
    const next = 1 + Math.max(...(await idsOf(registry)));
    const value = framed(next, Buffer.from([4, 0x6f, 0x6b]));
    await deserializer.prepare([value]);
    expect(() => deserializer.decode(value)).toThrow(refusal('record-undecodable', /has no schema/));

    const late = defineTopic<{ late: string }>({
      name: 'late',
      partitions: 1,
      schema: { type: 'record', name: 'Late', fields: [{ name: 'late', type: 'string' }] },
    });
    await schemas.register(late, 'late');
    clock += 999;
    await deserializer.prepare([value]);
    expect(() => deserializer.decode(value)).toThrow(refusal('record-undecodable', /has no schema/));
    clock += 1;
    await deserializer.prepare([value]);
    expect(deserializer.decode(value)).toEqual({ late: 'ok' });
  });
});

describe('a registry that gives no answer', () => {
  it('rejects, so that no good record is given up', async () => {
    const dead = await startRegistry({ port: 0 });
    await dead.close();
    const lost = connectSchemas({ url: dead.url });
    const expected = refusal(
      'schema',
      /the Schema Registry at http:\S+ does not answer \(connect ECONNREFUSED.*\); start it/,
    );
    await expect(lost.deserializer().prepare([framed(1)])).rejects.toThrow(expected);
    await expect(lost.register(flights, 'flights')).rejects.toThrow(expected);
  });

  it('rejects where something else answers: 404 of a web server, a page, an error, a refusal', async () => {
    const cases: [number, string, RegExp][] = [
      [404, '<html>not here</html>', /answered 404/],
      [404, '{"error_code":404,"message":"HTTP 404 Not Found"}', /answered 404/],
      [200, '<html>welcome</html>', /answered 200 \(what it sent is not JSON\)/],
      [401, '{"message":"Unauthorized"}', /refuses \(401: Unauthorized\)/],
      [400, '{"message":"odd"}', /answered 400 \(odd\)/],
    ];
    for (const [status, body, message] of cases) {
      const url = await answering((_, response) => response.writeHead(status).end(body));
      const elsewhere = connectSchemas({ url });
      await expect(elsewhere.deserializer().prepare([framed(1)])).rejects.toThrow(refusal('schema', message));
    }
  });

  it('sends the credentials that it was given', async () => {
    const seen: (string | undefined)[] = [];
    const url = await answering(({ headers }, response) => {
      seen.push(headers.authorization);
      response.writeHead(200).end('{"schema":"{\\"type\\":\\"record\\",\\"name\\":\\"E\\",\\"fields\\":[]}"}');
    });
    const deserializer = connectSchemas({ url, auth: { username: 'ann', password: 'x:y' } }).deserializer();
    await deserializer.prepare([framed(1)]);
    expect(deserializer.decode(framed(1))).toEqual({});
    expect(seen).toEqual([`Basic ${Buffer.from('ann:x:y').toString('base64')}`]);
  });

  it('is not asked at all for an address that is none', () => {
    expect(() => connectSchemas({ url: 'localhost:8081' })).toThrow(refusal('usage', /it looks like http:/));
  });
});

describe('a schema that has evolved', () => {
  const older = {
    type: 'record',
    name: 'Gate',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'number', type: 'int' },
    ],
  };
  const newer = {
    type: 'record',
    name: 'Gate',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'number', type: 'double' },
      { name: 'terminal', type: ['null', 'string'], default: null },
      { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
    ],
  };
  const define = (schema: object) => defineTopic<object>({ name: 'gates', partitions: 1, schema: { ...schema } });

  it('is read as it was written, or as the reader asks for', async () => {
    const old = (await schemas.register(define(older), 'gates'))({ id: 'a', number: 7 });
    const young = (await schemas.register(define(newer), 'gates'))({
      id: 'b',
      number: 1.5,
      terminal: 'B',
      tags: ['x'],
    });
    const asWritten = schemas.deserializer();
    const asNew = schemas.deserializer({ reader: newer });
    await asWritten.prepare([old, young]);
    await asNew.prepare([old, young]);
    expect([old, young, old].map((value) => asWritten.decode(value))).toStrictEqual([
      { id: 'a', number: 7 },
      { id: 'b', number: 1.5, terminal: 'B', tags: ['x'] },
      { id: 'a', number: 7 },
    ]);
    expect([old, young].map((value) => asNew.decode(value))).toStrictEqual([
      { id: 'a', number: 7, terminal: null, tags: [] },
      { id: 'b', number: 1.5, terminal: 'B', tags: ['x'] },
    ]);

    const asOld = schemas.deserializer({ reader: older });
    await asOld.prepare([young]);
    expect(() => asOld.decode(young)).toThrow(refusal('record-undecodable', /cannot be read as asked for/));
  });

  it('is refused at registration where it breaks the topic, with what to do', async () => {
    await schemas.register(define(older), 'closed-gates');
    const broken = { ...older, fields: [...older.fields, { name: 'terminal', type: 'string' }] };
    await expect(schemas.register(define(broken), 'closed-gates')).rejects.toThrow(
      refusal(
        'schema',
        /closed-gates-value: it is incompatible .*READER_FIELD_MISSING_DEFAULT_VALUE.*'terminal'.*; give new fields a default/,
      ),
    );
  });

  it('honours the level that the owner of a subject has set', async () => {
    await fetch(`${registry.url}/config/free-gates-value`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"compatibility":"NONE"}',
    });
    await schemas.register(define(older), 'free-gates');
    await schemas.register(define({ ...older, fields: [{ name: 'x', type: 'long' }] }), 'free-gates');
    expect(await (await fetch(`${registry.url}/config/free-gates-value`)).json()).toEqual({
      compatibilityLevel: 'NONE',
    });
  });
});

describe('a foreign schema', () => {
  it('may have unions that values cannot tell apart: they are read as plain values', async () => {
    const schema = JSON.stringify({
      type: 'record',
      name: 'Odd',
      fields: [
        { name: 'n', type: ['null', 'int', 'double'] },
        { name: 'm', type: { type: 'map', values: ['string', 'bytes'] } },
      ],
    });
    const posted = await fetch(`${registry.url}/subjects/odd-value/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ schema }),
    });
    // A reply of the registry under test, whose shape its own tests assert.
    const { id } = (await posted.json()) as { id: number };
    const value = framed(id, Buffer.from([2, 14, 2, 2, 0x61, 0, 2, 0x62, 0]));
    const deserializer = schemas.deserializer();
    await deserializer.prepare([value]);
    expect(deserializer.decode(value)).toEqual({ n: 7, m: { a: 'b' } });
  });
});

async function idsOf({ url }: Registry): Promise<number[]> {
  const all: unknown = await (await fetch(`${url}/schemas`)).json();
  if (!Array.isArray(all)) throw new KitError('internal', 'the registry lists its schemas');
  return all.map((entry: { id: number }) => entry.id);
}

/** A web server that is gone when the tests are. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
