import { KitError } from '#shared/errors';
import { readCertificateAuthority } from '#shared/kafka';
import type { SchemaRegistryOptions } from '#shared/schema';

/**
 * The registry at `url`, with SCHEMA_REGISTRY_USERNAME, SCHEMA_REGISTRY_PASSWORD and SCHEMA_REGISTRY_CA (a PEM file).
 * @throws KitError 'usage' when the URL or a variable is wrong.
 */
export function registryFromEnvironment(url: string, env: NodeJS.ProcessEnv): SchemaRegistryOptions {
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw new KitError('usage', `The registry "${url}" is not a URL such as http://127.0.0.1:8081.`);
  }
  const { SCHEMA_REGISTRY_USERNAME: username, SCHEMA_REGISTRY_PASSWORD: password, SCHEMA_REGISTRY_CA: caFile } = env;
  if (Boolean(username) !== Boolean(password)) {
    throw new KitError(
      'usage',
      'SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD belong together; one is missing.',
    );
  }
  return {
    url,
    ...(username && password && { auth: { username, password } }),
    ...(caFile && { ca: readCertificateAuthority('SCHEMA_REGISTRY_CA', caFile) }),
  };
}
