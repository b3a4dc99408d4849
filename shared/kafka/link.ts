import type { Socket } from 'node:net';
import { KitError } from '#shared/errors';
import { type Api, apis, decodeResponse, encodeRequest, FrameSplitter, type InputOf, type ValueOf } from '#shared/wire';
import type { ClusterConfig } from './cluster-config.js';
import type { Connections } from './connections.js';
import { accept } from './refusal.js';
import { authenticate } from './sasl.js';
import { within } from './within.js';

/** How to connect: what a cluster's configuration says of it. */
export type LinkConfig = Pick<ClusterConfig, 'clientId' | 'tls' | 'sasl'>;

export interface Address {
  readonly host: string;
  readonly port: number;
}

const CONNECTED_WITHIN_MS = 4_000;
const ANSWERED_WITHIN_MS = 10_000;

/**
 * The highest versions that are asked for: from the next ones on, Fetch and Metadata name topics by id, and FindCoordinator
 * asks for several at once.
 */
const highest = new Map<number, number>([
  [apis.fetch.key, 12],
  [apis.metadata.key, 9],
  [apis.findCoordinator.key, 3],
  [apis.offsetFetch.key, 8],
]);

interface Waiting {
  resolve(frame: Buffer): void;
  reject(reason: Error): void;
}

/**
 * One connection to one broker, which answers in order. kafkajs has the like; this one encodes and decodes with
 * #shared/wire, which costs a fraction, gives answers as they are, and never asks again by itself.
 */
export class Link {
  readonly #splitter = new FrameSplitter();
  readonly #waiting = new Map<number, Waiting>();
  #versions = new Map<number, readonly [number, number]>();
  #correlationId = 0;
  #isCorked = false;
  #end: Error | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly clientId: string,
    private readonly onEnd: () => void,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('error', (error) => this.close(error));
    socket.on('close', () => this.close(new Error('the broker closed the connection')));
  }

  /** Connects, and authenticates where the configuration says so. `onEnd` is called once, when the link is of no use any more. */
  static async open(
    { host, port }: Address,
    { clientId, tls, sasl }: LinkConfig,
    connections: Connections,
    onEnd: () => void,
  ): Promise<Link> {
    const ssl = tls === undefined ? undefined : tls === true ? {} : { ca: [tls.ca] };
    let connected: () => void = () => undefined;
    const connecting = new Promise<void>((resolve) => {
      connected = resolve;
    });
    // kafkajs's type wants TLS options even where there are none.
    const socket = connections.socketFactory({ host, port, onConnect: connected, ...(ssl && { ssl }) } as Parameters<
      typeof connections.socketFactory
    >[0]);
    const link = new Link(socket, clientId, onEnd);
    const ready = async (): Promise<void> => {
      await Promise.race([connecting, link.#untilEnd(socket)]);
      const { errorCode, apiKeys } = await link.#send(apis.apiVersions, 0, {});
      accept(errorCode);
      link.#versions = new Map(apiKeys.map((one) => [one.apiKey, [one.minVersion, one.maxVersion]]));
      if (sasl !== undefined) {
        await authenticate({ host, port }, sasl, link.#versions, (key, version, body) =>
          link.#exchange(key, version, body),
        );
      }
    };
    try {
      await within(CONNECTED_WITHIN_MS, ready(), () => new Error(`it is silent`));
      return link;
    } catch (error) {
      link.close(error instanceof Error ? error : new Error(String(error)));
      throw KitError.from(error, 'cluster-unreachable', `Connecting to ${host}:${port}`);
    }
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** The highest version that both sides know. */
  versionOf(api: Api): number {
    const [, theirs] = this.#versions.get(api.key) ?? [0, -1];
    return Math.min(highest.get(api.key) ?? api.versions[1], api.versions[1], theirs);
  }

  /**
   * Asks at the highest version that both sides know. An error means that it is not known whether the broker did it: the
   * connection is of no use after it.
   */
  async request<A extends Api>(
    api: A,
    input: InputOf<A['request']>,
    answeredWithinMs = ANSWERED_WITHIN_MS,
  ): Promise<ValueOf<A['response']>> {
    const [lowest, theirs] = this.#versions.get(api.key) ?? [0, -1];
    const version = this.versionOf(api);
    if (version < lowest || version < api.versions[0]) {
      throw new KitError(
        'protocol',
        `Asking a broker for ${api.name}: it speaks versions ${lowest} to ${theirs} of it.`,
      );
    }
    return this.#send(api, version, input, answeredWithinMs);
  }

  async #send<A extends Api>(
    api: A,
    version: number,
    input: InputOf<A['request']>,
    answeredWithinMs = ANSWERED_WITHIN_MS,
  ): Promise<ValueOf<A['response']>> {
    const correlationId = this.#nextId();
    const frame = await this.#ask(
      correlationId,
      encodeRequest(api, version, { correlationId, clientId: this.clientId }, input),
      answeredWithinMs,
    );
    return decodeResponse(api, version, frame).response;
  }

  /** A request whose body is encoded already, and what its answer has after the correlation id. */
  async #exchange(apiKey: number, apiVersion: number, body: Buffer): Promise<Buffer> {
    const correlationId = this.#nextId();
    const client = Buffer.from(this.clientId);
    const header = Buffer.alloc(14);
    header.writeInt32BE(10 + client.length + body.length, 0);
    header.writeInt16BE(apiKey, 4);
    header.writeInt16BE(apiVersion, 6);
    header.writeInt32BE(correlationId, 8);
    header.writeInt16BE(client.length, 12);
    return (await this.#ask(correlationId, [header, client, body], ANSWERED_WITHIN_MS)).subarray(4);
  }

  #nextId(): number {
    this.#correlationId = (this.#correlationId + 1) & 0x7fffffff;
    return this.#correlationId;
  }

  #ask(correlationId: number, parts: readonly Buffer[], answeredWithinMs: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) {
        reject(this.#end);
        return;
      }
      const timer = setTimeout(
        () => this.close(new Error(`no answer came within ${answeredWithinMs / 1_000} s`)),
        answeredWithinMs,
      );
      this.#waiting.set(correlationId, {
        resolve(frame) {
          clearTimeout(timer);
          resolve(frame);
        },
        reject(reason) {
          clearTimeout(timer);
          reject(reason);
        },
      });
      this.#write(parts);
    });
  }

  /** What is asked in one turn goes out together: the system call costs more than all the rest of a small request. */
  #write(parts: readonly Buffer[]): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.socket.uncork();
      });
    }
    for (const part of parts) this.socket.write(part);
  }

  #read(bytes: Buffer): void {
    try {
      for (const frame of this.#splitter.push(bytes)) {
        const correlationId = frame.readInt32BE(0);
        const waiting = this.#waiting.get(correlationId);
        this.#waiting.delete(correlationId);
        waiting?.resolve(frame);
      }
    } catch (error) {
      this.close(KitError.from(error));
    }
  }

  #untilEnd(socket: Socket): Promise<never> {
    return new Promise((_, reject) => {
      socket.once('error', reject);
      socket.once('close', () => reject(this.#end ?? new Error('the broker closed the connection')));
    });
  }

  /** Ends the connection; what waits for an answer is rejected. */
  close(reason: Error): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.socket.destroy();
    for (const waiting of this.#waiting.values()) waiting.reject(reason);
    this.#waiting.clear();
    this.onEnd();
  }
}
