import { describe, expect, it } from 'vitest';
import { parseDemoOptions } from './demo-options.js';

const parse = (args: string[], env: NodeJS.ProcessEnv = {}) => parseDemoOptions(args, env);

describe('parseDemoOptions', () => {
  it('runs embedded until Ctrl-C where nothing is asked for', () => {
    expect(parse([])).toEqual({
      help: false,
      verbose: false,
      guarantee: 'exactly_once',
      namespace: '',
      host: '127.0.0.1',
      headless: false,
      endWithScorer: false,
      monitoring: true,
      seed: 1,
    });
  });

  it('takes the cluster from the options, then from the environment', () => {
    const env = { KAFKA_BROKERS: 'a:1,b:2', SCHEMA_REGISTRY_URL: 'http://r:8081' };
    expect(parse([], env)).toMatchObject({ cluster: { brokers: ['a:1', 'b:2'] }, registry: { url: 'http://r:8081' } });
    expect(parse(['--brokers', 'c:3'], env).cluster?.brokers).toEqual(['c:3']);
  });

  it('lets a role alone join what npm run broker serves', () => {
    expect(parse(['--only', 'scorer'])).toMatchObject({
      cluster: { brokers: ['127.0.0.1:9092'] },
      registry: { url: 'http://127.0.0.1:8081' },
    });
  });

  it('reads TLS, SASL and registry credentials from the environment', () => {
    const env = {
      KAFKA_SSL: 'true',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD: 'secret',
      SCHEMA_REGISTRY_USERNAME: 'you',
      SCHEMA_REGISTRY_PASSWORD: 'hidden',
    };
    expect(parse(['--brokers', 'a:1'], env)).toMatchObject({
      cluster: { tls: true, sasl: { mechanism: 'scram-sha-512', username: 'me', password: 'secret' } },
      registry: { auth: { username: 'you', password: 'hidden' } },
    });
  });

  it.each([
    [[], true],
    [['--headless'], false],
    [['--headless', '--port', '0'], true],
    [['--headless', '--only', 'producer'], true],
    [['--headless', '--only', 'scorer'], true],
    [['--headless', '--monitoring', 'on'], true],
    [['--monitoring', 'off'], false],
  ])('%j: monitoring is %s', (args, monitoring) => {
    expect(parse(args).monitoring).toBe(monitoring);
  });

  it.each([
    ['alice', 'alice.'],
    ['alice-', 'alice-'],
  ])('separates the namespace %s from what it prefixes', (given, prefix) => {
    expect(parse(['--namespace', given]).namespace).toBe(prefix);
  });

  it.each([
    [['--records=0'], '--records is "0"; it must be a whole number from 1'],
    [
      ['--records', '-1'],
      '--records is followed by what looks like an option; a value that begins with - is given as --records=VALUE',
    ],
    [['--records'], 'argument missing'],
    [['--model='], '--model was given no value.'],
    [['--reprot', 'x'], "Unknown option '--reprot'; did you mean --report?"],
    [['--xyzzyx'], 'all options: --help'],
    [['--rate', '1e3'], '--rate is "1e3"'],
    [['--namespace', 'a b'], '--namespace is "a b"'],
    [['--port', '70000'], '--port is "70000"; it must be a whole number from 0 to 65535.'],
    [['--only', 'scorer', '--records', '5'], '--records is for what produces'],
    [['--only', 'producer', '--report', 'x'], 'cannot be combined with --only'],
    [['--only', 'monitor', '--records', '5'], '--records is for what produces; the monitor alone'],
    [['--only', 'monitor', '--monitoring', 'off'], '--only monitor is what monitors'],
    [['--headless', '--controls', 'on'], '--controls is about the live page; here there is none'],
    [['--only', 'scorer', '--controls', 'off'], '--controls is about the live page; here there is none'],
    [['--controls', 'yes'], '--controls is "yes"; it must be one of on, off'],
    [['--only', 'scorer', '--end-with-scorer'], '--end-with-scorer is for a demo as a whole; the scorer alone'],
    [['--brokers', 'a:1', '--broker-port', '9'], '--broker-port is for the embedded broker'],
    [['--brokers', 'a:1', '--data-dir', 'x'], '--data-dir is for the embedded broker'],
    [['--registry', 'http://r:1'], 'give --brokers'],
    [['--brokers', 'a:1', '--registry', 'ftp://r'], 'is not a URL'],
    [['--monitoring', 'yes'], '--monitoring is "yes"; it must be one of on, off.'],
    [['--guarantee', 'at_most_once'], '--guarantee is "at_most_once"'],
  ])('refuses %j', (args, sentence) => {
    expect(() => parse(args)).toThrow(sentence);
  });

  it('refuses half of a pair of credentials', () => {
    expect(() => parse(['--brokers', 'a:1'], { KAFKA_SASL_MECHANISM: 'plain' })).toThrow('KAFKA_SASL_USERNAME');
    expect(() => parse(['--brokers', 'a:1'], { SCHEMA_REGISTRY_USERNAME: 'x' })).toThrow('one is missing');
  });
});
