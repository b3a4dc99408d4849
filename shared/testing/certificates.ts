import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { KitError } from '#shared/errors';
import { java } from './maven-cache.js';

/** An authority of a test's own, and the certificate that it gave to the servers at 127.0.0.1. */
export interface Certificates {
  /** PEM file of the authority: what a client is told to trust. */
  readonly caFile: string;
  /** PKCS #12 file with the key and the certificate of the servers. */
  readonly keyStore: string;
  readonly keyStorePassword: string;
}

const COMMAND_TIMEOUT_MS = 30_000;

/**
 * Makes an authority and a certificate in a folder of the caller's, who deletes it. Java's keytool does it: Node.js makes
 * keys but no certificates, and whoever needs these has Java.
 * @throws KitError 'run-failed' with what keytool said.
 */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const keyStore = join(folder, 'servers.p12');
  const caFile = join(folder, 'ca.pem');
  const keyStorePassword = randomUUID();
  // Beside the java that is run, or found like it.
  const keytool = java === 'java' ? 'keytool' : join(dirname(java), 'keytool');
  const run = async (...args: readonly string[]): Promise<void> => {
    try {
      await promisify(execFile)(keytool, [...args, '-keystore', keyStore, '-storepass', keyStorePassword], {
        timeout: COMMAND_TIMEOUT_MS,
      });
    } catch (error) {
      throw KitError.from(error, 'run-failed', 'Making certificates with keytool');
    }
  };
  const key = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '2', '-storetype', 'PKCS12'];
  await run('-genkeypair', '-alias', 'ca', '-dname', 'CN=Authority of a test', '-ext', 'bc:critical=ca:true', ...key);
  const servers = ['-alias', 'server', '-dname', 'CN=Server of a test', '-ext', 'san=ip:127.0.0.1,dns:localhost'];
  await run('-genkeypair', ...servers, '-signer', 'ca', ...key);
  await run('-exportcert', '-alias', 'ca', '-rfc', '-file', caFile);
  // A server would not know which of two keys is its own.
  await run('-delete', '-alias', 'ca');
  return { caFile, keyStore, keyStorePassword };
}

/** What a TLS server of Node.js is to be given. */
export async function tlsServerOptions({ keyStore, keyStorePassword }: Certificates): Promise<{
  readonly pfx: Buffer;
  readonly passphrase: string;
}> {
  return { pfx: await readFile(keyStore), passphrase: keyStorePassword };
}
