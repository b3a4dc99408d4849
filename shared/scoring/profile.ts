import { z } from 'zod';
import { firstIssue } from './first-issue.js';
import type { ModelCard } from './model-card.js';

/** Of more inputs, or of more bins of one, nobody looks at each. */
const MOST_INPUTS = 64;
const MOST_BINS = 256;

const share = z.number().min(0).max(1);
const numbers = z
  .object({ edges: z.array(z.number()).max(MOST_BINS), shares: z.array(share), missing: share.default(0) })
  .refine(({ edges, shares }) => shares.length === edges.length + 1, 'there must be one share more than edges')
  .refine(({ edges }) => edges.every((edge, at) => at === 0 || edge > (edges[at - 1] ?? edge)), 'edges must ascend');
const texts = z
  .object({ categories: z.record(z.string(), share), other: share.default(0), missing: share.default(0) })
  .refine(
    ({ categories }) => Object.keys(categories).length <= MOST_BINS,
    `there are more than ${MOST_BINS} categories`,
  );

/** How an input was distributed in training: in which bin or category a value is, and the share of rows in each. */
export interface InputProfile {
  readonly input: string;
  /** Shares of the bins or categories in the order of the card, then of other values, then of missing ones. */
  readonly expected: readonly number[];
  /** What is in each of them, for people. */
  readonly labels: readonly string[];
  /** The place of a value among them. */
  readonly placeOf: (value: unknown) => number;
}

/**
 * What a card's `profile` says of the model's inputs. It is for drift alone: what is wrong with it is said, in a sentence, and
 * left out.
 */
export function inputProfiles(
  { name, inputs, profile }: ModelCard,
  onNotice: (sentence: string) => void,
): InputProfile[] {
  if (profile === undefined) return [];
  const object = z.record(z.string(), z.unknown()).safeParse(profile);
  const without = (what: string, why: string): [] => {
    onNotice(`The drift of ${what} is not measured: the profile in the card of ${name} is wrong ${why}.`);
    return [];
  };
  if (!object.success) return without('inputs', firstIssue(object.error));
  const known = inputs.filter(({ name: input, shape }) => shape === undefined && Object.hasOwn(object.data, input));
  return known.slice(0, MOST_INPUTS).flatMap(({ name: input, type }) => {
    const parsed = type === 'number' ? numbers.safeParse(object.data[input]) : texts.safeParse(object.data[input]);
    if (!parsed.success) return without(`"${input}"`, firstIssue(parsed.error));
    return [{ input, ...('edges' in parsed.data ? binned(parsed.data) : named(parsed.data)) }];
  });
}

type Placing = Omit<InputProfile, 'input'>;

/** A bin begins with its lower edge; the last edge that a value reaches is where its bin begins. */
function binned({ edges, shares, missing }: z.infer<typeof numbers>): Placing {
  const other = shares.length;
  return {
    expected: [...shares, 0, missing],
    labels: [...shares.map((_, bin) => between(edges[bin - 1], edges[bin])), ...REST],
    placeOf(value) {
      if (isMissing(value)) return other + 1;
      const number = Number(value);
      if (Number.isNaN(number)) return other;
      let [low, high] = [0, edges.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((edges[middle] ?? 0) <= number) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

function named({ categories, other, missing }: z.infer<typeof texts>): Placing {
  const places = new Map(Object.keys(categories).map((category, place) => [category, place]));
  return {
    expected: [...Object.values(categories), other, missing],
    labels: [...Object.keys(categories), ...REST],
    placeOf: (value) => (isMissing(value) ? places.size + 1 : (places.get(String(value)) ?? places.size)),
  };
}

/** What is none of the card's bins or categories. */
const REST = ['other', 'missing'] as const;

function between(from: number | undefined, to: number | undefined): string {
  if (from === undefined) return to === undefined ? 'any' : `below ${to}`;
  return to === undefined ? `${from} and more` : `${from} to ${to}`;
}

const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || Number.isNaN(value);
