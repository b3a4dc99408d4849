import { type Api, encodeRequest } from '#shared/wire';
import { generateMessage, type Random, randomBytes } from './message-generator.js';

/** A valid request, as a frame without its length. */
interface SeedFrame {
  readonly api: Api;
  readonly version: number;
  readonly frame: Buffer;
}

export type Corpus = readonly SeedFrame[];

/** Longer ones only make a run slower: what can be wrong in them is in the short ones. */
const longestSeedBytes = 700;

/** Valid requests of every version of the APIs, some of each. */
export function frameCorpus(apis: readonly Api[], perVersion: number, random: Random): Corpus {
  return apis.flatMap((api) => {
    const [lowest, highest] = api.versions;
    const count = (highest - lowest + 1) * perVersion;
    return Array.from({ length: count }, (_, i) => {
      const version = lowest + Math.floor(i / perVersion);
      return { api, version, frame: seedFrame(api, version, random) };
    });
  });
}

function seedFrame(api: Api, version: number, random: Random): Buffer {
  for (let attempt = 0; ; attempt += 1) {
    const message = generateMessage(api.request, version, random);
    const header = { correlationId: attempt, clientId: random() < 0.2 ? null : 'fuzz' };
    const frame = Buffer.concat(encodeRequest(api, version, header, message)).subarray(4);
    if (frame.length <= longestSeedBytes || attempt > 20) return frame;
  }
}

const below = (limit: number, random: Random) => Math.floor(random() * limit);

/** Lengths and counts that are easily got wrong. */
const oddNumbers = [-2147483648, -2, -1, 0, 1, 127, 128, 32767, 65535, 0x00ffffff, 0x7ffffff0, 0x7fffffff];
const endlessVarint = Buffer.from('ffffffff0f', 'hex');

type Mutation = (frame: Buffer, other: Buffer, random: Random) => Buffer;

const mutations: readonly Mutation[] = [
  function flipBits(frame, _, random) {
    for (let left = 1 + below(8, random); left > 0; left -= 1) {
      const at = below(frame.length, random);
      frame[at] = (frame[at] ?? 0) ^ (1 << below(8, random));
    }
    return frame;
  },
  function truncate(frame, _, random) {
    return frame.subarray(0, below(frame.length, random));
  },
  function extend(frame, _, random) {
    return Buffer.concat([frame, randomBytes(1 + below(20, random), random)]);
  },
  function splice(frame, other, random) {
    return Buffer.concat([frame.subarray(0, below(frame.length, random)), other.subarray(below(other.length, random))]);
  },
  function tamperWithLength(frame, _, random) {
    const number = oddNumbers[below(oddNumbers.length, random)] ?? 0;
    const at = below(Math.max(1, frame.length - 4), random);
    const kind = random();
    if (kind < 0.4 && at + 4 <= frame.length) frame.writeInt32BE(number | 0, at);
    else if (kind < 0.8 && at + 2 <= frame.length) frame.writeUInt16BE(number & 0xffff, at);
    else endlessVarint.copy(frame, at);
    return frame;
  },
  function repeat(frame, _, random) {
    const from = below(frame.length, random);
    const to = from + below(frame.length - from, random);
    return Buffer.concat([frame.subarray(0, to), frame.subarray(from)]);
  },
  function overwrite(frame, _, random) {
    const from = below(frame.length, random);
    return frame.fill(below(256, random), from, Math.min(frame.length, from + 1 + below(16, random)));
  },
];

/** A damaged copy of a frame. Mostly its API key and version stay: they decide who reads it. */
export function mutate(frame: Buffer, other: Buffer, random: Random): Buffer {
  let mutated: Buffer = Buffer.from(frame);
  for (let left = 1 + below(3, random); left > 0 && mutated.length > 0; left -= 1) {
    mutated = mutations[below(mutations.length, random)]?.(mutated, other, random) ?? mutated;
  }
  if (random() < 0.9) frame.copy(mutated, 0, 0, Math.min(4, mutated.length));
  return mutated;
}
