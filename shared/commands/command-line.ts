import { type ParseArgsConfig, parseArgs } from 'node:util';
import { KitError } from '#shared/errors';

type OptionTypes = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads named options, nothing positional.
 * @throws KitError 'usage' in one sentence that suggests the option that was probably meant.
 */
export function parseOptions<const T extends OptionTypes>(
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ options: T; strict: true }>>['values'] {
  let values: ReturnType<typeof parseArgs<{ options: T; strict: true }>>['values'];
  try {
    ({ values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false }));
  } catch (error) {
    const found = error instanceof Error ? (error.message.split(/\. |\n/)[0] ?? '') : String(error);
    throw new KitError('usage', `${found}${suggestion(args, Object.keys(options))} (all options: --help).`, {
      cause: error,
    });
  }
  for (const [name, value] of Object.entries(values)) {
    if (value === '') throw new KitError('usage', `--${name} was given no value.`);
  }
  return values;
}

/** @throws KitError 'usage' when the text is not a whole number in the range. */
export function integer(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new KitError('usage', `${option} is "${text}"; it must be a whole number from ${least} to ${most}.`);
}

/** @throws KitError 'usage' when the text is none of the values. */
export function oneOf<T extends string>(option: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === text);
  if (found !== undefined) return found;
  throw new KitError('usage', `${option} is "${text}"; it must be one of ${allowed.join(', ')}.`);
}

/** The known option that an unknown one most resembles. */
function suggestion(args: readonly string[], known: readonly string[]): string {
  const unknown = args
    .filter((arg) => arg.startsWith('--'))
    .map((arg) => arg.slice(2).split('=')[0] ?? '')
    .find((name) => !known.includes(name));
  if (unknown === undefined) return '';
  const [nearest] = known
    .map((name) => ({ name, distance: editDistance(name, unknown) }))
    .toSorted((a, b) => a.distance - b.distance);
  return nearest !== undefined && nearest.distance <= 3 ? `; did you mean --${nearest.name}?` : '';
}

// Levenshtein, one row at a time.
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
