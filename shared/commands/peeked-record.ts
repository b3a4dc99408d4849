import type { PeekedPart, PeekedRecord } from '#shared/dashboard';
import type { ConsumedRecord } from '#shared/kafka';
import { visibleText } from './json-text.js';
import { type Decoded, plain, type RecordDecoder } from './record-decoder.js';

/** In a list, of each value; characters of text, and half as many bytes. */
const LISTED = 4_096;
/** Of a record that is asked for whole. */
const WHOLE = 65_536;
const MOST_HEADERS = 64;
/** Beside the value nothing is longer than that in a list: a stack trace is not what one looks for there. */
const BESIDE = 512;

/** A record as `GET records` gives it, its long parts cut; `decoder` must have been prepared with its key and its value. */
export function peekedRecord(record: ConsumedRecord, decoder: RecordDecoder, whole: boolean): PeekedRecord {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  const most = whole ? WHOLE : LISTED;
  const beside = whole ? LISTED * 2 : BESIDE;
  return {
    topic,
    partition,
    offset,
    timestamp,
    key: partOf(decoder.decode(key), key, beside, decoder),
    value: partOf(decoder.decode(value), value, most, decoder),
    headers: Object.entries(headers)
      .flatMap(([name, given]) => (Array.isArray(given) ? given : [given]).map((each) => ({ name, each })))
      .slice(0, MOST_HEADERS)
      .map(({ name, each }) => {
        const bytes = each === null || each === undefined ? null : Buffer.from(each);
        const decoded = bytes === null ? ({ kind: 'null' } as const) : plain(bytes);
        return { name: visibleText(name).slice(0, BESIDE), value: partOf(decoded, bytes, beside) };
      }),
    raw: whole && value !== null ? value.subarray(0, most / 2).toString('hex') : null,
  };
}

function partOf(decoded: Decoded, bytes: Buffer | null, most: number, decoder?: RecordDecoder): PeekedPart {
  const size = bytes?.length ?? 0;
  const schema = decoder?.schemaOf(bytes) ?? null;
  switch (decoded.kind) {
    case 'null':
      return { kind: 'null' };
    case 'text':
      return { kind: 'text', ...bounded(decoded.text, most), size, schema };
    case 'json':
      return { kind: 'json', ...bounded(decoded.json, most), size, schema };
    case 'bytes': {
      const shown = decoded.bytes.subarray(0, most / 2);
      return {
        kind: 'bytes',
        hex: shown.toString('hex'),
        size,
        cut: shown.length < size,
        reason: decoded.reason,
        schema,
      };
    }
  }
}

function bounded(text: string, most: number): { text: string; cut: boolean } {
  if (text.length <= most) return { text, cut: false };
  // Not between the halves of a character.
  return { text: text.slice(0, most).replace(/\p{Cs}$/u, ''), cut: true };
}
