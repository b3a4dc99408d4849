import { expect, it, vi } from 'vitest';
import { type ConsumedRecord, connectCluster, type OutgoingRecord } from '#shared/kafka';
import { connectSchemas } from '#shared/schema';
import { CommittedRecords, type DemoReport, reportOn, startProgram } from '#shared/testing';
import { demo } from './demo.js';
import { customers, events } from './topics.js';

const PATIENCE_MS = 40_000;

/** The demo with its page, and a client of its Kafka. */
async function start() {
  const args = ['--rate', '40', '--broker-port', '0', '--port', '0', '--report', '-'];
  const program = startProgram('demos/churn/demo.js', args);
  const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
  const registry = await program.said(/Registry\s+(http\S+)/);
  const url = await program.said(/Live page\s+(\S+)/);
  const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
  const producer = await cluster.produce();
  /** What the page is told first, of itself or of a part that is seen in it. */
  const told = async (event: 'state' | 'part', query = '') => {
    const response = await fetch(`${url}events${query}`);
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString('utf8');
      const data = new RegExp(`^event: ${event}\\ndata: (.*)\\n\\n`, 'm').exec(text)?.[1];
      if (data !== undefined) return JSON.parse(data);
    }
    throw new Error(`The page was told nothing of its ${event}, but: ${text}`);
  };
  await vi.waitFor(async () => expect((await told('state')).snapshot.totals.scored).toBeGreaterThan(0), PATIENCE_MS);
  const { controls, snapshot } = await told('state');
  return {
    program,
    registry,
    cluster,
    /** Now, in event time. */
    now: snapshot.event.time as number,
    send: (record: Omit<OutgoingRecord, 'timestamp'>) => producer.send([{ ...record, timestamp: snapshot.event.time }]),
    follow: async (query: string) => {
      const headers = { 'X-Control-Token': controls.token };
      const response = await fetch(`${url}follow?${query}`, { headers });
      return (await response.json()) as { id: string; steps: unknown[] };
    },
    replays: async () => (await told('part', '?part=records')).replays,
    replay: async ({ partition, offset }: { readonly partition: number; readonly offset: number }) => {
      const response = await fetch(`${url}commands/replay`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Control-Token': controls.token },
        body: JSON.stringify({ partition, offset }),
      });
      // What the command answers; a refusal has a sentence instead.
      const body = (await response.json()) as { topic: string; partition: number; offset: number };
      return { status: response.status, body };
    },
  };
}

it('sends a dead letter again once what it lacked is there: it is scored, and each record is accounted for once', async () => {
  const { program, registry, cluster, now, send, follow, replay, replays } = await start();
  await using demoProgram = program;
  const schemas = connectSchemas({ url: registry });
  const [event, profile] = await Promise.all([
    schemas.register(events, events.name),
    schemas.register(customers, customers.name),
  ]);
  const letters = await letterReader(cluster, `${demo.name}.dead-letters`);
  const predictions = await CommittedRecords.open(cluster, registry, demo.topics.predictions);
  const call = { id: 'early-1', customerId: 'newcomer', eventTime: now, kind: 'day', seconds: 60 } as const;
  await send({ topic: events.name, key: 'newcomer', value: event(call), headers: { note: 'as it was' } });
  const letter = await letters.next();
  expect(letter.headers['__streams.errors.message']?.toString()).toMatch(/whose profile is not there/);

  const usage = {
    daySeconds: 600,
    eveningSeconds: 0,
    nightSeconds: 0,
    abroadSeconds: 0,
    abroadCalls: 0,
    serviceCalls: 1,
  };
  const plans = { state: 'NY', internationalPlan: 'no', voiceMailPlan: 'no', lastContactedAt: null } as const;
  const value = profile({ customerId: 'newcomer', ...plans, ...usage });
  await send({ topic: customers.name, key: 'newcomer', value });
  const sent = await replay(letter);
  expect(sent).toEqual({
    status: 200,
    body: { topic: events.name, partition: expect.any(Number), offset: expect.any(Number) },
  });
  const isOfIt = ({ value: { id } }: { readonly value: { readonly id: string } }): boolean => id === 'early-1';
  await predictions.until((records) => records.some(isOfIt));
  await vi.waitFor(async () => {
    expect(await replays()).toMatchObject([
      { letter: { partition: 0, offset: letter.offset }, to: sent.body, became: { kind: 'scored', id: 'early-1' } },
    ]);
  }, PATIENCE_MS);
  const again = await recordAt(cluster, sent.body);
  expect([again.key, again.value, again.timestamp]).toEqual([letter.key, letter.value, letter.timestamp]);
  expect(Object.keys(again.headers).sort()).toEqual(['note', 'replayed', 'run']);

  // All that became of it, from its id or from any of its records.
  const step = (kind: string, more: object) => expect.objectContaining({ kind, missing: null, ...more });
  const atOffset = (offset: number) => expect.objectContaining({ offset });
  await vi.waitFor(async () => {
    expect(await follow('id=early-1')).toEqual({
      id: 'early-1',
      steps: [
        step('input', { further: 1, record: atOffset(sent.body.offset) }),
        step('dead-letter', { record: atOffset(letter.offset) }),
        expect.objectContaining({ kind: 'features' }),
        step('prediction', { said: expect.objectContaining({ model: 'churn-glm 1', decision: 'stays' }) }),
        expect.objectContaining({ kind: 'outcome', record: null, missing: 'No outcome yet.', cameTrue: null }),
      ],
    });
  }, PATIENCE_MS);
  await vi.waitFor(async () => {
    const byLetter = await follow(`topic=${letter.topic}&partition=0&offset=${letter.offset}`);
    expect(byLetter).toMatchObject({ id: 'early-1', steps: { length: 5 } });
  }, PATIENCE_MS);
  expect(await follow('topic=models&partition=0&offset=0')).toEqual({ error: expect.any(String) });
  expect(await follow('id=a&topic=b')).toEqual({ error: expect.stringMatching(/^A record is followed by its id/) });

  // Not twice: neither this letter nor, after a crash at the wrong moment, another one of the same record.
  const refusal = { status: 400, body: { error: expect.stringMatching(/^It was sent again already, at /) } };
  expect(await replay(letter)).toEqual(refusal);
  await send({ topic: letter.topic, key: letter.key, value: letter.value, headers: letter.headers });
  expect(await replay(await letters.next())).toEqual(refusal);

  // What still fails is a letter again.
  await send({ topic: events.name, key: '<i>poison</i>', value: Buffer.from('<b>no Avro</b>') });
  const poison = await letters.next();
  expect((await replay(poison)).status).toBe(200);
  const second = await letters.next();
  expect(second.value).toEqual(poison.value);
  await vi.waitFor(async () => {
    const became = { kind: 'dead-letter', code: 'record-undecodable', offset: second.offset };
    expect((await replays())[0]).toMatchObject({ letter: { offset: poison.offset }, became });
  }, PATIENCE_MS);

  // Nobody makes this server write to where it should not.
  const headers = {
    '__streams.errors.topic': 'models',
    '__streams.errors.partition': '0',
    '__streams.errors.offset': '0',
  };
  await send({ topic: letter.topic, key: 'forged', value: Buffer.from('x'), headers });
  await send({ topic: letter.topic, key: 'plain', value: Buffer.from('x') });
  const said = async (sentence: RegExp, at: { readonly partition: number; readonly offset: number }) =>
    expect(await replay(at)).toEqual({ status: 400, body: { error: expect.stringMatching(sentence) } });
  await said(/came from models, which is no input of this demo/, await letters.next());
  await said(/no headers that say where it came from/, await letters.next());
  await said(/There is no dead letter at partition 0, offset 999999/, { partition: 0, offset: 999_999 });
  await said(/There is no dead letter at partition 7/, { partition: 7, offset: 0 });

  await predictions.toEnd();
  expect(predictions.records.filter(isOfIt)).toHaveLength(1);
  await cluster.close();
  demoProgram.signal('SIGTERM');
  expect(await demoProgram.exited).toBe(0);
  const { records }: DemoReport = reportOn(demoProgram);
  // The call that came too early, the poison and the poison sent again; the forged ones have no input.
  expect(records).toMatchObject({ deadLettered: 3, lost: 0, duplicated: 0 });
}, 180_000);

/** The dead letters, one after the other as they come. */
async function letterReader(cluster: Awaited<ReturnType<typeof connectCluster>>, topic: string) {
  const reader = await cluster.reader({ isolation: 'read_committed' });
  reader.seek([{ topic, partition: 0, offset: 0 }]);
  const waiting: ConsumedRecord[] = [];
  return {
    async next(): Promise<ConsumedRecord> {
      await vi.waitUntil(async () => {
        if (waiting.length === 0) waiting.push(...(await reader.poll(100)).flatMap(({ records }) => records));
        return waiting.length > 0;
      }, PATIENCE_MS);
      const letter = waiting.shift();
      if (letter === undefined) throw new Error('there is one');
      return letter;
    },
  };
}

async function recordAt(
  cluster: Awaited<ReturnType<typeof connectCluster>>,
  at: { readonly topic: string; readonly partition: number; readonly offset: number },
): Promise<ConsumedRecord> {
  const reader = await cluster.reader({ isolation: 'read_committed' });
  reader.seek([at]);
  const found = await vi.waitUntil(async () => (await reader.poll(100))[0]?.records[0], PATIENCE_MS);
  await reader.close();
  return found;
}
