import type { ConsumedRecord } from '#shared/kafka';
import { jsonBytes, jsonObject, jsonText, visibleText } from './json-text.js';
import { type Decoded, plain } from './record-decoder.js';

/** A record and what its key and its value were made out to be. */
export interface DecodedRecord {
  readonly record: ConsumedRecord;
  readonly key: Decoded;
  readonly value: Decoded;
}

/**
 * A record as one line of JSON: topic, partition, offset, timestamp (milliseconds), key, value, headers; and `undecoded`, the
 * reasons, where key or value are bytes.
 */
export function jsonLine({ record, key, value }: DecodedRecord): string {
  const reasons = Object.entries({ key, value }).flatMap(([part, decoded]) =>
    decoded.kind === 'bytes' ? [[part, jsonText(decoded.reason)] as const] : [],
  );
  return jsonObject([
    ['topic', jsonText(record.topic)],
    ['partition', jsonText(record.partition)],
    ['offset', jsonText(record.offset)],
    ['timestamp', jsonText(record.timestamp)],
    ['key', jsonOf(key)],
    ['value', jsonOf(value)],
    ['headers', jsonObject(headersOf(record).map(([name, values]) => [name, jsonOfHeader(values)]))],
    ...(reasons.length > 0 ? [['undecoded', jsonObject(reasons)] as const] : []),
  ]);
}

/** How lines for people look. */
export interface LineStyle {
  readonly dim: (text: string) => string;
  /** Longest value, in characters; headers and keys have a part of that. */
  readonly mostCharacters: number;
}

/** A record as a line for people: time, partition/offset, key, value, headers. */
export function humanLine({ record, key, value }: DecodedRecord, { dim, mostCharacters }: LineStyle): string {
  const beside = Math.ceil(mostCharacters / 5);
  const headers = headersOf(record).flatMap(([name, values]) =>
    values.map((each) => `${visibleText(name)}=${wordsOf(each, beside)}`),
  );
  return [
    dim(timeOf(record.timestamp)),
    dim(`${record.partition}/${record.offset}`),
    key.kind === 'null' ? dim('(no key)') : wordsOf(key, beside),
    value.kind === 'null' ? dim('(tombstone)') : wordsOf(value, mostCharacters),
    ...(headers.length > 0 ? [dim(headers.join(' '))] : []),
  ].join('  ');
}

function jsonOf(decoded: Decoded): string {
  switch (decoded.kind) {
    case 'null':
      return 'null';
    case 'text':
      return jsonText(decoded.text);
    case 'json':
      return decoded.json;
    case 'bytes':
      return jsonBytes(decoded.bytes);
  }
}

function wordsOf(decoded: Decoded, most: number): string {
  switch (decoded.kind) {
    case 'null':
      return '(null)';
    case 'text':
      return decoded.text === '' ? '(empty)' : bounded(visibleText(decoded.text), most);
    case 'json':
      return bounded(decoded.json, most);
    case 'bytes': {
      const { bytes, reason } = decoded;
      const count = bytes.length === 1 ? '1 byte' : `${bytes.length} bytes`;
      return `(${count}, ${bounded(bytes.toString('base64'), Math.min(most, 80))}; ${visibleText(reason)})`;
    }
  }
}

function bounded(text: string, most: number): string {
  if (text.length <= most) return text;
  // Not between the halves of a character.
  const kept = text.slice(0, most).replace(/\p{Cs}$/u, '');
  return `${kept}… (${text.length} characters)`;
}

/** Names with their values: one may have several. A header is text, or bytes: JSON in it stays as it is. */
function headersOf({ headers }: ConsumedRecord): [name: string, values: Decoded[]][] {
  return Object.entries(headers).map(([name, given]) => [
    name,
    (Array.isArray(given) ? given : [given]).map((value): Decoded => {
      if (value === null || value === undefined) return { kind: 'null' };
      const bytes = Buffer.from(value);
      const decoded = plain(bytes);
      return decoded.kind === 'json' ? { kind: 'text', text: bytes.toString() } : decoded;
    }),
  ]);
}

function jsonOfHeader(values: readonly Decoded[]): string {
  const [only] = values;
  return only !== undefined && values.length === 1 ? jsonOf(only) : `[${values.map(jsonOf).join(',')}]`;
}

function timeOf(timestamp: number): string {
  if (timestamp === -1) return '(no time)';
  const time = new Date(timestamp);
  return Number.isNaN(time.getTime()) ? String(timestamp) : time.toISOString();
}
