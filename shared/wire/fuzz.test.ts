import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { frameCorpus, mutate, seededRandom } from '#shared/testing';
import { type Api, apis, decodeRequest, peekRequest } from './index.js';

const frames = 1_000_000;
const seed = Number(process.env.FUZZ_SEED ?? 20);

const all: readonly Api[] = Object.values(apis);
const byKey = new Map(all.map((api) => [api.key, api]));

/** Reads a frame as the broker does; undefined where it is refused. */
function read(frame: Buffer): unknown {
  try {
    const api = byKey.get(peekRequest(frame).apiKey);
    return api === undefined ? undefined : decodeRequest(api, frame).request;
  } catch (reason) {
    if (reason instanceof KitError && reason.code === 'protocol') return undefined;
    throw reason;
  }
}

/** How many values a message is made of. */
function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + sizeOf(one), 1);
}

/** The most values that a structure of any API has when all of its arrays are empty. */
const largestStructure = 40;

describe('the request decoder', () => {
  it(`reads or refuses ${frames} damaged frames, and builds nothing that they do not hold (FUZZ_SEED=${seed})`, () => {
    const random = seededRandom(seed);
    const corpus = frameCorpus(all, 6, random);
    const pick = () => corpus[Math.floor(random() * corpus.length)]?.frame ?? Buffer.alloc(0);
    const { stackTraceLimit } = Error;
    // Hundreds of thousands of errors are expected here, and nobody reads where they come from.
    Error.stackTraceLimit = 0;
    let readable = 0;
    let largestHeapBytes = 0;
    try {
      for (let i = 0; i < frames; i += 1) {
        const frame = mutate(pick(), pick(), random);
        let message: unknown;
        try {
          message = read(frame);
        } catch (reason) {
          throw new Error(`Frame ${i} of seed ${seed} (${frame.toString('hex')})`, { cause: reason });
        }
        if (message === undefined) continue;
        readable += 1;
        if (readable % 50 === 0 && sizeOf(message) > largestStructure * (frame.length + 1)) {
          expect.fail(`Frame ${i} of seed ${seed} (${frame.toString('hex')}) became ${sizeOf(message)} values`);
        }
        if (readable % 1000 === 0) largestHeapBytes = Math.max(largestHeapBytes, process.memoryUsage().heapUsed);
      }
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    // Neither all refused at the door nor all untouched.
    expect(readable).toBeGreaterThan(frames / 20);
    expect(readable).toBeLessThan(frames * 0.9);
    expect(largestHeapBytes).toBeLessThan(400 * 1024 * 1024);
  }, 300_000);
});
