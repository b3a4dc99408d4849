import { type ParseArgsConfig, parseArgs } from 'node:util';
import { KitError } from '#shared/errors';
import { nearest } from './near-names.js';

type OptionTypes = NonNullable<ParseArgsConfig['options']>;

type Values<T extends OptionTypes> = ReturnType<typeof parseArgs<{ options: T; strict: true }>>['values'];

/**
 * Reads named options, nothing positional.
 * @throws KitError 'usage' in one sentence that suggests the option that was probably meant.
 */
export function parseOptions<const T extends OptionTypes>(args: readonly string[], options: T): Values<T> {
  return parse(args, options, false).values;
}

/**
 * Reads named options, and arguments without a name.
 * @throws KitError 'usage' in one sentence that suggests the option that was probably meant.
 */
export function parseArguments<const T extends OptionTypes>(
  args: readonly string[],
  options: T,
): { readonly values: Values<T>; readonly positionals: readonly string[] } {
  return parse(args, options, true);
}

function parse<const T extends OptionTypes>(
  args: readonly string[],
  options: T,
  allowPositionals: boolean,
): { readonly values: Values<T>; readonly positionals: readonly string[] } {
  let values: Values<T>;
  let positionals: readonly string[];
  try {
    ({ values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals }));
  } catch (error) {
    const found = error instanceof Error ? foundIn(error.message) : String(error);
    throw new KitError('usage', `${found}${suggestion(args, Object.keys(options))} (all options: --help).`, {
      cause: error,
    });
  }
  for (const [name, value] of Object.entries(values)) {
    if (value === '') throw new KitError('usage', `--${name} was given no value.`);
  }
  return { values, positionals };
}

/** The first sentence of what Node.js says; where a value looks like an option, which of the two it is to be. */
function foundIn(message: string): string {
  const ambiguous = /^Option '(--[\w-]+).*' argument is ambiguous/.exec(message);
  if (ambiguous === null) return message.split(/\. |\n/)[0] ?? '';
  return `${ambiguous[1]} is followed by what looks like an option; a value that begins with - is given as ${ambiguous[1]}=VALUE`;
}

/** @throws KitError 'usage' when the option was not given. */
export function required(option: string, value: string | undefined, what: string): string {
  if (value !== undefined && value !== '') return value;
  throw new KitError('usage', `${option} is not given; it names ${what} (all options: --help).`);
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
  const [meant] = nearest(unknown, known, 3);
  return meant === undefined ? '' : `; did you mean --${meant}?`;
}
