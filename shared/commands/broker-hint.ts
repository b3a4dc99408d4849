import { KitError } from '#shared/errors';
import type { ClusterConfig } from '#shared/kafka';

/** An error of connecting, with what starts a cluster on this machine. */
export function withBrokerHint(error: unknown, { tls, sasl }: Pick<ClusterConfig, 'tls' | 'sasl'>): KitError {
  const { code, message } = KitError.from(error);
  // What `npm run broker` starts has neither: whoever wants these is not served by it.
  if (tls !== undefined || sasl !== undefined) return KitError.from(error);
  return new KitError(code, `${message} To have one on this machine, start \`npm run broker\` in another terminal.`, {
    cause: error,
  });
}
