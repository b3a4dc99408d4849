import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { parseBrokers, securityFromEnvironment } from './cluster-config.js';

const folder = mkdtempSync(join(tmpdir(), 'cluster-config-'));
const noCertificate = join(folder, 'no-certificate.pem');
writeFileSync(noCertificate, 'a letter');
afterAll(() => rmSync(folder, { recursive: true }));

describe('parseBrokers', () => {
  it.each([
    ['a:1', ['a:1']],
    ['a:1, [::1]:9092', ['a:1', '[::1]:9092']],
  ])('reads %s', (list, brokers) => {
    expect(parseBrokers(list)).toEqual(brokers);
  });

  it.each(['', 'a', 'a:0', 'a:70000', 'kafka://a:1', 'a:1,,b:2'])('refuses "%s"', (list) => {
    expect(() => parseBrokers(list)).toThrow('is not of the form host:port');
  });
});

describe('securityFromEnvironment', () => {
  const user = { KAFKA_SASL_USERNAME: 'me', KAFKA_SASL_PASSWORD: 'secret' };

  it.each([
    [{}, {}],
    [{ KAFKA_SSL: 'false' }, {}],
    [{ KAFKA_SSL: '', KAFKA_SSL_CA: '', KAFKA_SASL_MECHANISM: '', KAFKA_SASL_USERNAME: '' }, {}],
    [{ KAFKA_SSL: 'true' }, { tls: true }],
    [
      { ...user, KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256' },
      { sasl: { mechanism: 'scram-sha-256', username: 'me', password: 'secret' } },
    ],
  ])('makes of %o %o', (env, security) => {
    expect(securityFromEnvironment(env)).toEqual(security);
  });

  it.each([
    [{ KAFKA_SSL: 'yes' }, /^KAFKA_SSL is "yes"; it must be true or false\.$/],
    [
      { KAFKA_SSL_CA: '/no/such/ca.pem' },
      /^Reading the certificate authority named by KAFKA_SSL_CA: ENOENT.*\/no\/such\/ca\.pem/,
    ],
    [
      { KAFKA_SSL_CA: noCertificate },
      /named by KAFKA_SSL_CA: .*no-certificate\.pem is not a certificate in PEM form\.$/,
    ],
    [{ ...user, KAFKA_SASL_MECHANISM: 'gssapi' }, /^KAFKA_SASL_MECHANISM is "gssapi"; it must be plain, scram-sha-256/],
    // Credentials that would silently not be used.
    [user, /KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD belong together; one is missing\.$/],
    [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me' }, /belong together; one is missing\.$/],
  ])('refuses %o', (env, sentence) => {
    expect(() => securityFromEnvironment(env)).toThrow(
      expect.toSatisfy((error) => error instanceof KitError && error.code === 'usage' && sentence.test(error.message)),
    );
  });
});
