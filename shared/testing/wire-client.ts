import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Api, decodeResponse, encodeRequest, FrameSplitter, type InputOf, type ValueOf } from '#shared/wire';

/** A bare client of the protocol, for tests: one connection, any API at any version. */
export class WireClient {
  readonly #waiting: ((frame: Buffer) => void)[] = [];
  #correlationId = 0;

  private constructor(readonly socket: Socket) {
    const splitter = new FrameSplitter();
    socket.on('data', (chunk: Buffer) => {
      for (const frame of splitter.push(chunk)) this.#waiting.shift()?.(frame);
    });
  }

  /** Connects to a broker at `host:port`; an IPv6 address is in brackets. */
  static async connect(address: string): Promise<WireClient> {
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
    const socket = connect(Number(address.slice(colon + 1)), host);
    await once(socket, 'connect');
    return new WireClient(socket);
  }

  /** Sends a request and gives its response; answers come in the order of the requests. */
  async request<A extends Api>(
    api: A,
    version: number,
    request: InputOf<A['request']>,
  ): Promise<ValueOf<A['response']>> {
    this.#correlationId += 1;
    const correlationId = this.#correlationId;
    const answered = new Promise<Buffer>((resolve) => this.#waiting.push(resolve));
    this.send(api, version, request);
    const decoded = decodeResponse(api, version, await answered);
    if (decoded.correlationId !== correlationId) throw new Error(`Answer ${decoded.correlationId} to ${correlationId}`);
    return decoded.response;
  }

  /** Sends a request that is not answered. */
  send<A extends Api>(api: A, version: number, request: InputOf<A['request']>): void {
    const header = { correlationId: this.#correlationId, clientId: 'wire-client' };
    this.socket.write(Buffer.concat(encodeRequest(api, version, header, request)));
  }

  /** Resolves when the broker ends the connection. */
  async closed(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, 'close');
  }

  close(): void {
    this.socket.destroy();
  }
}
