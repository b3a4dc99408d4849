import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';

describe('KitError.from', () => {
  it('keeps what was thrown as the cause and says what was being done', () => {
    const cause = new Error('socket closed');
    const error = KitError.from(cause, 'cluster-unreachable', 'connecting to 127.0.0.1:1');
    expect(error.message).toBe('connecting to 127.0.0.1:1: socket closed');
    expect(error.code).toBe('cluster-unreachable');
    expect(error.cause).toBe(cause);
  });

  it('passes a KitError through unchanged', () => {
    const error = new KitError('usage', 'no such option');
    expect(KitError.from(error, 'internal', 'ignored')).toBe(error);
  });
});
