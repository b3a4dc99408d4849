import { KitError } from '#shared/errors';

// How the library begins what it says: its client's name, and, where the reply had no sentence of its own, the status.
const clientName = /^Confluent_Schema_Registry - /;
const bareReply = /^Error, status \d+(: )?/;

export const messageOf = (reason: unknown): string =>
  (reason instanceof Error ? reason.message : String(reason)).replace(clientName, '');

/** The HTTP status of a failed request, 400 where no connection came about; undefined for what is no failed request. */
export function statusOf(reason: unknown): number | undefined {
  const failed = typeof reason === 'object' && reason !== null && 'status' in reason;
  return failed && typeof reason.status === 'number' ? reason.status : undefined;
}

/**
 * Whether a registry said that it does not have what it was asked for. A 404 of a proxy, or of a wrong path, says
 * nothing about that: it has no sentence, or the web server's.
 */
export function isUnknown(reason: unknown): boolean {
  const message = messageOf(reason);
  return statusOf(reason) === 404 && !bareReply.test(message) && !message.startsWith('HTTP 404');
}

/** What a failed request found, and what would be right, as the end of a sentence. */
export function describeFailure(url: string, reason: unknown): string {
  const status = statusOf(reason);
  const message = messageOf(reason);
  const said = message.replace(bareReply, '');
  if (status === 401 || status === 403) {
    return `the Schema Registry at ${url} refuses (${status}: ${said}); give SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD as it knows them`;
  }
  if (status === 400 && bareReply.test(message)) {
    if (/certificate/i.test(said)) {
      return `the certificate of the Schema Registry at ${url} is not trusted (${said}); set SCHEMA_REGISTRY_CA to the file of its authority`;
    }
    return `the Schema Registry at ${url} does not answer (${said === '' ? 'no connection' : said}); start it, or set SCHEMA_REGISTRY_URL to one that runs`;
  }
  if (status === undefined) return said;
  return `the Schema Registry at ${url} answered ${status}${said === '' ? '' : ` (${said})`}; is that its address, and is it well?`;
}

/** Turns a failed registration into a KitError 'schema'. */
export function refusedRegistration(url: string, subject: string, cause: unknown): KitError {
  const doing = `Registering the schema of ${subject}`;
  switch (statusOf(cause)) {
    case 409:
      return new KitError(
        'schema',
        `${doing}: it is incompatible with an earlier version (${messageOf(cause)}); give new fields a default, keep the type of old ones, or use another topic`,
        { cause },
      );
    case 422:
      return new KitError('schema', `${doing}: the registry refuses it (${messageOf(cause)}); correct the .avsc`, {
        cause,
      });
    default:
      return new KitError('schema', `${doing}: ${describeFailure(url, cause)}`, { cause });
  }
}
