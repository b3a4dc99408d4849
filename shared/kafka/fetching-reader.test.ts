import type { Admin } from 'kafkajs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { apis, buildBatch, type InputOf, type ValueOf } from '#shared/wire';
import { createReader } from './fetching-reader.js';
import type { Nodes } from './nodes.js';
import { errorCode } from './refusal.js';

// In which order the answers of two connections come can't be had of a broker at will: here they are given by hand.

type Request = InputOf<typeof apis.fetch.request>;
type Answer = ValueOf<typeof apis.fetch.response>;

interface Asked {
  /** The partitions that were asked for, first things first. */
  readonly partitions: readonly number[];
  readonly maxWaitMs: number;
  /**
   * Gives how many records there are by now of some partitions, none of others, and those from the offset that was asked
   * for; of some they do not go in.
   */
  answer(
    counts: Readonly<Record<number, number>>,
    options?: { readonly leavesOut?: readonly number[]; readonly outOfRange?: boolean },
  ): Promise<void>;
}

const [first, second] = [0, 1].map((partition) => ({ topic: 't', partition, offset: 0 })) as [
  { topic: string; partition: number; offset: number },
  { topic: string; partition: number; offset: number },
];

const recordsOf = (from: number, to: number): Buffer | null =>
  from >= to
    ? null
    : buildBatch(
        Array.from({ length: to - from }, (_, at) => ({ timestamp: from + at, value: Buffer.from(String(from + at)) })),
        { baseOffset: from },
      );

/** A reader of two partitions of one broker, whose answers the test gives. */
function readByHand() {
  const asked: Asked[] = [];
  const request = (api: unknown, { topics, maxWaitMs }: Request): Promise<Answer> => {
    // Each partition begins at 0.
    if (api === apis.listOffsets) {
      const found = { topics: [{ partitions: [{ errorCode: errorCode.none, offset: 0 }] }] };
      return Promise.resolve(found as unknown as Answer);
    }
    const partitions = [...(topics ?? [])].flatMap(({ partitions }) => [...(partitions ?? [])]);
    return new Promise((resolve) => {
      asked.push({
        partitions: partitions.map(({ partition }) => Number(partition)),
        maxWaitMs: Number(maxWaitMs),
        async answer(counts, { leavesOut = [], outOfRange = false } = {}) {
          const answers = partitions.map(({ partition, fetchOffset }) => {
            const end = counts[Number(partition)] ?? 0;
            const records = leavesOut.includes(Number(partition)) ? null : recordsOf(Number(fetchOffset), end);
            const ends = { highWatermark: end, lastStableOffset: end };
            return {
              partitionIndex: partition,
              errorCode: outOfRange ? errorCode.offsetOutOfRange : 0,
              ...ends,
              abortedTransactions: null,
              records,
            };
          });
          resolve({ errorCode: 0, responses: [{ topic: 't', partitions: answers }] } as unknown as Answer);
          await new Promise(setImmediate);
        },
      });
    });
  };
  const nodes = { isClosed: false, knownLeader: () => 1, link: async () => ({ request }), close: () => undefined };
  const reader = createReader(nodes as unknown as Nodes, {} as Admin, {
    isolation: 'read_committed',
    onOutOfRange: 'earliest',
  });
  onTestFinished(() => reader.close());
  reader.seek([first, second]);
  /** The fetch that was sent last, as soon as there are so many. */
  const fetchOf = async (count: number): Promise<Asked> => {
    await vi.waitUntil(() => asked.length >= count);
    expect(asked.length).toBe(count);
    return asked.at(-1) as Asked;
  };
  return { reader, asked, fetchOf };
}

it('asks for what is resumed at once, also while a fetch that waits has it', async () => {
  const { reader, fetchOf } = readByHand();
  await (await fetchOf(1)).answer({});
  expect(await fetchOf(2)).toMatchObject({ partitions: [0, 1], maxWaitMs: 100 });
  reader.pause([first]);
  reader.resume([first]);
  expect(await fetchOf(3)).toMatchObject({ partitions: [0, 1], maxWaitMs: 0 });
});

it('asks first for what has got nothing for longest although there is more, and otherwise always in one order', async () => {
  const { reader, fetchOf } = readByHand();
  await (await fetchOf(1)).answer({ 0: 1, 1: 1 }, { leavesOut: [1] });
  expect(await fetchOf(2)).toMatchObject({ partitions: [1, 0] });
  await (await fetchOf(2)).answer({ 0: 2, 1: 1 }, { leavesOut: [0] });
  expect(await fetchOf(3)).toMatchObject({ partitions: [0, 1] });
  await (await fetchOf(3)).answer({ 0: 2, 1: 2 });
  expect(await fetchOf(4)).toMatchObject({ partitions: [0, 1] });
  await reader.poll(0);
  expect([first, second].map((each) => reader.position(each))).toEqual([2, 2]);
});

it('gives once what two answers bring', async () => {
  const { reader, fetchOf } = readByHand();
  await (await fetchOf(1)).answer({});
  const waiting = await fetchOf(2);
  reader.pause([first]);
  reader.resume([first]);
  await (await fetchOf(3)).answer({ 0: 2, 1: 3 });
  await waiting.answer({ 0: 2, 1: 2 });
  const chunks = await reader.poll(0);
  expect(chunks.map(({ partition, records }) => [partition, records.map(({ offset }) => offset)])).toEqual([
    [0, [0, 1]],
    [1, [0, 1, 2]],
  ]);
  expect([first, second].map((each) => reader.position(each))).toEqual([2, 3]);
});

it('does not take the end of an answer for what is, when another has overtaken it', async () => {
  const { reader, fetchOf } = readByHand();
  const both = await fetchOf(1);
  reader.pause([first]);
  await both.answer({});
  const waiting = await fetchOf(2);
  expect(waiting).toMatchObject({ partitions: [1], maxWaitMs: 100 });
  reader.resume([first]);
  const older = await fetchOf(3);
  await waiting.answer({ 1: 1 });
  // What was asked for before the second partition's record came knows nothing of what the first one has got since.
  await older.answer({});
  expect(reader.knownEnd(first)).toBeUndefined();
  expect(reader.position(second)).toBe(1);
  const newer = await fetchOf(4);
  expect(newer).toMatchObject({ partitions: [0, 1], maxWaitMs: 0 });
  await newer.answer({ 0: 1, 1: 1 });
  expect([first, second].map((each) => reader.knownEnd(each))).toEqual([1, 1]);
  expect(await fetchOf(5)).toMatchObject({ partitions: [0, 1], maxWaitMs: 100 });
});

it('drops what the other answer brings of a topic that has begun anew meanwhile', async () => {
  const { reader, fetchOf } = readByHand();
  reader.seek([{ ...first, offset: 5 }]);
  reader.remove([second]);
  await (await fetchOf(1)).answer({});
  await (await fetchOf(2)).answer({ 0: 5 });
  const older = await fetchOf(3);
  expect(older.maxWaitMs).toBe(100);
  reader.pause([first]);
  reader.resume([first]);
  await (await fetchOf(4)).answer({}, { outOfRange: true });
  await fetchOf(5);
  expect(reader.position(first)).toBe(0);
  await older.answer({ 0: 7 });
  expect([await reader.poll(0), reader.position(first)]).toEqual([[], 0]);
});
