import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { isAboutCertificate } from './connect-failure.js';

const KEEP_ALIVE_MS = 60_000;

/**
 * The connections of one kafkajs client, which can be given up: kafkajs waits for a silent broker as long as for any
 * request, 30 s, and goes on connecting while it is being disconnected.
 */
export class Connections {
  /** Why the latest connection ended that did not end well. */
  latestError: Error | undefined;
  /** What was found wrong with a certificate: what happens to later attempts says less. */
  untrusted: Error | undefined;
  readonly #addresses: readonly string[];
  readonly #open = new Set<Socket>();
  #abandoned = false;

  constructor(addresses: readonly string[]) {
    this.#addresses = addresses;
  }

  /** Bootstrap addresses. An empty list is what makes kafkajs give up at once; a failed connection makes it try again. */
  readonly addresses = (): string[] => (this.#abandoned ? [] : [...this.#addresses]);

  readonly socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.#abandoned) throw new Error('it was given up');
    // As kafkajs's own factory does.
    const socket = ssl
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    socket.once('error', (error) => {
      if (this.#abandoned) return;
      this.latestError = error;
      if (isAboutCertificate(error.message)) this.untrusted = error;
    });
    // What does not understand us, as a listener that wants TLS, just hangs up.
    socket.once('end', () => {
      if (!this.#abandoned && !socket.writableEnded) this.latestError = new Error('the broker closed the connection');
    });
    return socket;
  };

  /** Ends every connection and makes no more: what waits for an answer is rejected. */
  abandon(): void {
    this.#abandoned = true;
    for (const socket of this.#open) socket.destroy(new Error('it was given up'));
  }
}
