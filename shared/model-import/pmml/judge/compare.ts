import type { ImportedModel } from '../../imported-model.js';
import type { Answer } from './answer.js';

/** How a row of the imported graph stands to the judge's answer. */
export type Comparison =
  /** The largest difference of a number, relative where numbers are greater than 1. */
  | { readonly kind: 'agrees'; readonly difference: number }
  /** "stricter": there is no score, and the judge has one. */
  | { readonly kind: 'differs' | 'stricter'; readonly because: string }
  /** The judge has not implemented what the document asks for. */
  | { readonly kind: 'unjudged' };

/** ONNX Runtime has the error function in float32 only, and some documents compute in float32. */
const TOLERANCE = 1e-6;
/** Classes nearer than this are a tie, which either may win. */
const TIE = 1e-7;

/**
 * What the judge cannot judge: what it has not implemented; a missing argument, or a field that no segment before has given,
 * which makes the result missing, as the specification has it, where the judge refuses the row; and slips of its own:
 * mapMissingTo inside an expression, which it takes for a text, and functions that pass a missing value on.
 */
const UNJUDGED =
  /^((NotImplemented|UnsupportedAttribute|UnsupportedElement|InvalidAttribute|MisplacedElement|NullPointer|MissingAttribute|MissingArgument|MissingField|TypeCheck)Exception|ArithmeticException: Integer overflow|EvaluationException: (No PMML data type for the intersection|Categorical value cannot be used|Function "(if|avg|sum|min|max)" returned invalid value))/;

/** Compares one row: numbers within TOLERANCE, the winning class or cluster, and whether there is a score at all. */
export function compareRow(card: ImportedModel['card'], found: readonly number[], answer: Answer): Comparison {
  const { error, target, probabilities, affinities } = answer;
  if (error !== undefined && UNJUDGED.test(error)) return { kind: 'unjudged' };
  // Its numbers overflowed or underflowed.
  if ([target, ...Object.values(probabilities ?? {})].some((value) => String(value) === 'NaN'))
    return { kind: 'unjudged' };
  const hasScore = !found.some(Number.isNaN);
  const expectsScore = error === undefined && (target ?? affinities ?? null) !== null;
  if (!hasScore && !expectsScore) return { kind: 'agrees', difference: 0 };
  if (!hasScore) return { ...differs('no score', answer), kind: 'stricter' };
  if (!expectsScore) return differs(`a score, ${found.join(' ')}`, answer);
  if (card.task === 'regression') return compareNumbers([[found[0], Number(target)]], answer);
  const labels = card.labels ?? [];
  const scored = labels.map((label, index) => ({ label, value: found[index] ?? Number.NaN }));
  if (card.task === 'clustering') {
    const nearest = scored.reduce((best, each) => (each.value < best.value - TIE ? each : best));
    // A similarity s is a distance 1 − s.
    const given = affinities ?? {};
    const isSimilarity = scored.some(
      ({ label, value }) => close(1 - value, given[label]) && !close(value, given[label]),
    );
    const pairs = scored.map(({ label, value }) => [isSimilarity ? 1 - value : value, given[label]] as const);
    const winner = scored.find(({ label }) => label === String(target));
    if (winner === undefined || winner.value > nearest.value + TIE) return differs(`cluster ${nearest.label}`, answer);
    return compareNumbers(pairs, answer);
  }
  const best = scored.reduce((winner, each) => (each.value > winner.value + TIE ? each : winner));
  const winner = scored.find(({ label }) => label === String(target));
  if (winner === undefined || winner.value < best.value - TIE) return differs(`class ${best.label}`, answer);
  if (probabilities === undefined) return { kind: 'agrees', difference: 0 };
  return compareNumbers(
    scored.map(({ label, value }) => [value, probabilities[label] ?? 0] as const),
    answer,
  );
}

function compareNumbers(
  pairs: readonly (readonly [number | undefined, number | null | undefined])[],
  answer: Answer,
): Comparison {
  const differences = pairs.map(([found, expected]) => difference(found ?? Number.NaN, expected ?? Number.NaN));
  const largest = Math.max(0, ...differences);
  if (largest <= TOLERANCE) return { kind: 'agrees', difference: largest };
  return differs(pairs.map(([found]) => found).join(' '), answer);
}

function difference(found: number, expected: number): number {
  if (Object.is(found, expected) || found === expected) return 0;
  const off = Math.abs(found - expected) / Math.max(1, Math.abs(expected));
  return Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
}

const close = (found: number, expected: number | null | undefined): boolean =>
  difference(found, expected ?? Number.NaN) <= TOLERANCE;

const differs = (because: string, answer: Answer): { readonly kind: 'differs'; readonly because: string } => ({
  kind: 'differs',
  because: `${because}; the judge says ${JSON.stringify(answer)}`,
});
