import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { KitError } from '#shared/errors';

/**
 * The PEM text of the authorities in a file that an environment variable names.
 * @throws KitError 'usage' when the file cannot be read, or does not begin with a certificate.
 */
export function readCertificateAuthority(variable: string, file: string): string {
  const doing = `Reading the certificate authority named by ${variable}`;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw KitError.from(error, 'usage', doing);
  }
  try {
    // Else it would be found out at the first connection, and look like a broker that does not answer.
    new X509Certificate(text);
  } catch (error) {
    throw new KitError('usage', `${doing}: ${file} is not a certificate in PEM form.`, { cause: error });
  }
  return text;
}
