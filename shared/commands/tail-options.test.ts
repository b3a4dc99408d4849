import { describe, expect, it } from 'vitest';
import { parseTailOptions } from './tail-options.js';

const parse = (...args: string[]) => parseTailOptions(args, {});

describe('the command line of tail', () => {
  it('reads from the end of a topic of this machine, until it is ended', () => {
    expect(parse('orders')).toEqual({
      topic: 'orders',
      from: 'end',
      limit: Number.POSITIVE_INFINITY,
      json: false,
      verbose: false,
      cluster: { brokers: ['127.0.0.1:9092'] },
      registry: { url: 'http://127.0.0.1:8081' },
    });
  });

  it.each([
    [['--from', 'beginning'], 'beginning'],
    [['--from', '0'], { offset: 0 }],
    [['--from=-10'], { last: 10 }],
    [['--from', '-10'], { last: 10 }],
  ])('begins where %j says', (args, from) => {
    expect(parse('orders', ...args)?.from).toEqual(from);
  });

  it('takes the cluster from options, then from the environment, and the prefix of the demos', () => {
    const env = {
      KAFKA_BROKERS: 'b:1',
      SCHEMA_REGISTRY_URL: 'http://r',
      KAFKA_SSL: 'true',
      SCHEMA_REGISTRY_USERNAME: 'u',
      SCHEMA_REGISTRY_PASSWORD: 'p',
    };
    expect(parseTailOptions(['orders', '--namespace', 'me'], env)).toMatchObject({
      topic: 'me.orders',
      cluster: { brokers: ['b:1'], tls: true },
      registry: { url: 'http://r', auth: { username: 'u', password: 'p' } },
    });
    expect(parseTailOptions(['orders', '--brokers', 'c:2', '--registry', 'http://s'], env)).toMatchObject({
      cluster: { brokers: ['c:2'] },
      registry: { url: 'http://s' },
    });
  });

  it('gives help whatever else is there', () => {
    expect(parse('--help')).toBeUndefined();
  });
});
