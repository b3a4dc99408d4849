import type { ProbesOptions } from '#shared/dashboard';
import type { Exposition } from '#shared/metrics';
import type { DemoOptions } from './demo-options.js';
import type { Terminal } from './terminal.js';

interface Probes extends Pick<ProbesOptions, 'missing'> {
  /** Made where it is shown: it measures the process. */
  readonly metrics: () => Exposition;
}

/** Serves /metrics, /healthz and /readyz of a process without a page, where a port is asked for. */
export async function openProbes(
  { host, port }: Pick<DemoOptions, 'host' | 'port'>,
  { metrics, missing }: Probes,
  terminal: Terminal,
): Promise<{ close(): Promise<void> }> {
  if (port === undefined) return { close: () => Promise.resolve() };
  // What nobody asks needs no web server.
  const { startProbes } = await import('#shared/dashboard');
  const server = await startProbes({ host, port, metrics: metrics(), missing });
  sayWhere({ host, port }, server, 'its metrics', terminal);
  terminal.say(`The metrics of this process are at ${server.url}metrics`);
  return server;
}

/** Says what is not as it was asked for, or not for everybody. */
export function sayWhere(
  { host, port }: { readonly host: string; readonly port: number },
  server: { readonly port: number },
  what: string,
  terminal: Terminal,
): void {
  if (port !== 0 && server.port !== port) {
    terminal.say(`Port ${port} is taken; the next free one is used instead: ${server.port}.`);
  }
  if (!['127.0.0.1', 'localhost', '::1'].includes(host)) {
    terminal.say(`Listening on ${host}: whoever reaches this machine can see ${what}.`);
  }
}
