import type { Json } from './avro-schema.js';

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const stringOrSpace = /"(?:[^"\\]|\\.)*"|\s+/g;
const manyDigits = /\d{16}/;

/**
 * JSON.parse that loses no digit of a whole number: those beyond 2^53 are bigints, as a default of an Avro long may be.
 * Throws SyntaxError like JSON.parse.
 */
export function parseExactJson(text: string): Json {
  // JSON.parse gives nothing but JSON.
  const json = JSON.parse(text) as Json;
  if (!manyDigits.test(text)) return json;
  let mark = '#';
  while (text.includes(mark)) mark += '#';
  const marked = text.replace(stringOrNumber, (token) =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${mark}${token}"` : token,
  );
  return JSON.parse(marked, (_, value: Json) =>
    typeof value === 'string' && value.startsWith(mark) && /^-?\d+$/.test(value.slice(mark.length))
      ? BigInt(value.slice(mark.length))
      : value,
  ) as Json;
}

/** JSON.stringify for what parseExactJson gives. */
export function printExactJson(value: Json): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(printExactJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, own]) => `${JSON.stringify(key)}:${printExactJson(own)}`);
  return `{${entries.join(',')}}`;
}

/** JSON text without the white space between its tokens, and otherwise letter for letter. */
export const withoutSpace = (json: string): string =>
  json.replace(stringOrSpace, (token) => (token.startsWith('"') ? token : ''));
