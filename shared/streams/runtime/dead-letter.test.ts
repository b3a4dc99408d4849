import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import type { ConsumedRecord } from '#shared/kafka';
import { deadLetter, deadLetterReason } from './dead-letter.js';

const record: ConsumedRecord = {
  topic: 'orders',
  partition: 3,
  offset: 42,
  timestamp: 7,
  key: Buffer.from('key'),
  value: Buffer.from('value'),
  headers: { trace: Buffer.from('1'), nothing: null },
};

describe('deadLetter', () => {
  it('keeps the record and its headers, and says where it came from and why', () => {
    const error = new KitError('record-unprocessable', 'It is broken.');
    const letter = deadLetter('letters', record, error);
    expect(letter).toMatchObject({ topic: 'letters', key: record.key, value: record.value, timestamp: 7 });
    expect(letter.headers).toMatchObject({ ...record.headers, '__streams.errors.stacktrace': error.stack });
    expect(deadLetterReason({ headers: letter.headers ?? {} })).toEqual({
      topic: 'orders',
      partition: 3,
      offset: 42,
      code: 'record-unprocessable',
      message: 'It is broken.',
    });
  });

  it('cuts a long message to 2 KiB and a long stack trace to 4 KiB, between characters', () => {
    const { headers = {} } = deadLetter('letters', record, new KitError('internal', `x${'é'.repeat(5_000)}`));
    const [message, trace] = [headers['__streams.errors.message'], headers['__streams.errors.stacktrace']];
    expect(message).toEqual(Buffer.from(`x${'é'.repeat(1_023)}`));
    expect(trace?.length).toBeGreaterThan(4_092);
    expect(trace?.length).toBeLessThanOrEqual(4_096);
    expect(String(trace)).toMatch(/^(KitError|Error): xé+$/);
  });
});
