import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { KitError } from '#shared/errors';

const notificationSchema = z.object({
  receiver: z.string(),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
});

/** An alert as Alertmanager tells of it. */
export type NotifiedAlert = z.infer<typeof notificationSchema>['alerts'][number];

/** Whom Alertmanager notifies in a test. */
export interface Webhook extends AsyncDisposable {
  /** Where it wants to be told. */
  readonly url: string;
  /** What it was told so far, in that order. */
  readonly alerts: readonly NotifiedAlert[];
  /** What it was told of alerts with these labels; `alertname` is one of them. */
  of(labels: Readonly<Record<string, string>>): readonly NotifiedAlert[];
}

/** Listens on a free port of 127.0.0.1 for Alertmanager's notifications. */
export async function startWebhook(): Promise<Webhook> {
  const alerts: NotifiedAlert[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        alerts.push(...notificationSchema.parse(JSON.parse(body)).alerts);
        response.end();
      },
      // Alertmanager went away while it spoke; what it had to say is said again, or was not meant any more.
      () => response.destroy(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new KitError('internal', 'A TCP server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    alerts,
    of: (labels) =>
      alerts.filter((alert) => Object.entries(labels).every(([name, value]) => alert.labels[name] === value)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
