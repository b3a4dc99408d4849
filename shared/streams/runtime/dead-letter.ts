import type { KitError } from '#shared/errors';
import type { ConsumedRecord, OutgoingRecord } from '#shared/kafka';

const PREFIX = '__streams.errors.';

// The copy of a record that is as large as its topic allows must not become much larger than that.
const MAX_STACK_TRACE_BYTES = 4_096;
const MAX_MESSAGE_BYTES = 2_048;

/**
 * A record that could not be processed, for the dead-letter topic: key, value, timestamp and headers as they were, and
 * the headers of KIP-1034 beside them. `exception` holds the error's code, of which there are few, so that it can be counted by;
 * a long message and stack trace are cut, to 2 KiB and 4 KiB.
 */
export function deadLetter(topic: string, record: ConsumedRecord, error: KitError): OutgoingRecord {
  return {
    topic,
    key: record.key,
    value: record.value,
    timestamp: record.timestamp,
    headers: {
      ...record.headers,
      [`${PREFIX}exception`]: error.code,
      [`${PREFIX}stacktrace`]: atMost(MAX_STACK_TRACE_BYTES, error.stack ?? ''),
      [`${PREFIX}message`]: atMost(MAX_MESSAGE_BYTES, error.message),
      [`${PREFIX}topic`]: record.topic,
      [`${PREFIX}partition`]: String(record.partition),
      [`${PREFIX}offset`]: String(record.offset),
    },
  };
}

/** The beginning of a text, cut between characters. */
function atMost(bytes: number, text: string): string | Buffer {
  if (Buffer.byteLength(text) <= bytes) return text;
  const cut = Buffer.alloc(bytes);
  return cut.subarray(0, new TextEncoder().encodeInto(text, cut).written);
}

/** Where a dead letter came from, and why. */
export interface DeadLetterReason {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  readonly message: string;
}

/** Reads the headers back; undefined when the record has none, so that somebody else wrote it. */
export function deadLetterReason(record: Pick<ConsumedRecord, 'headers'>): DeadLetterReason | undefined {
  const text = (name: string): string | undefined => record.headers[`${PREFIX}${name}`]?.toString();
  const [topic, partition, offset] = [text('topic'), text('partition'), text('offset')];
  if (topic === undefined || partition === undefined || offset === undefined) return undefined;
  return {
    topic,
    partition: Number(partition),
    offset: Number(offset),
    code: text('exception') ?? '',
    message: text('message') ?? '',
  };
}
