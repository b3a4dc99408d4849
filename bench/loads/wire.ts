import { once } from 'node:events';
import { connect } from 'node:net';
import {
  type Api,
  apis,
  buildBatch,
  decodeResponse,
  encodeRequest,
  FrameSplitter,
  type InputOf,
  type ValueOf,
} from '#shared/wire';

/** One connection that speaks the protocol and does nothing else: a client that costs as little as can be. */
export interface WireConnection {
  request<A extends Api>(api: A, version: number, request: InputOf<A['request']>): Promise<ValueOf<A['response']>>;
  /** Sends a framed request as it is; gives the answer's frame. */
  send(frame: Buffer): Promise<Buffer>;
  close(): void;
}

const header = { correlationId: 0, clientId: 'bench' };

/** Connects to `host:port`. */
export async function connectWire(address: string): Promise<WireConnection> {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host ?? '');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  const waiting: { resolve: (frame: Buffer) => void; reject: (reason: Error) => void }[] = [];
  const splitter = new FrameSplitter();
  socket.on('data', (chunk: Buffer) => {
    for (const frame of splitter.push(chunk)) waiting.shift()?.resolve(frame);
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error('The broker closed the connection.'));
  });
  const send = (frame: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      socket.write(frame);
    });
  return {
    send,
    async request(api, version, request) {
      const frame = await send(Buffer.concat(encodeRequest(api, version, header, request)));
      return decodeResponse(api, version, frame).response;
    },
    close: () => socket.destroy(),
  };
}

/** The version of Produce and of Fetch that kafkajs speaks as well. */
const produceVersion = 7;
export const fetchVersion = 11;

/** A Produce request for one partition, ready to be sent as often as wanted. */
export function produceFrame(topic: string, index: number, records: Buffer): Buffer {
  const request = { acks: -1, timeoutMs: 30_000, topicData: [{ name: topic, partitionData: [{ index, records }] }] };
  return Buffer.concat(encodeRequest(apis.produce, produceVersion, header, request));
}

/** Throws where the broker has not taken the batch. */
export function checkProduced(frame: Buffer): void {
  const { response } = decodeResponse(apis.produce, produceVersion, frame);
  const [partition] = response.responses[0]?.partitionResponses ?? [];
  if (partition?.errorCode !== 0) throw new Error(`Producing failed with error code ${partition?.errorCode}.`);
}

/** A Fetch request for one partition. */
export function fetchRequest(
  topic: string,
  partition: number,
  fetchOffset: number,
  limits: { readonly maxBytes: number; readonly maxWaitMs: number },
): InputOf<typeof apis.fetch.request> {
  const { maxBytes, maxWaitMs } = limits;
  return {
    maxWaitMs,
    minBytes: 1,
    maxBytes,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: maxBytes }] }],
    forgottenTopicsData: [],
    rackId: '',
  };
}

/** A batch of records that do not compress, each of the given size. */
export function batchOf(records: number, valueBytes: number): Buffer {
  const value = Buffer.from(Array.from({ length: valueBytes }, (_, i) => (i * 2654435761) >>> 24));
  const timestamp = Date.now();
  return buildBatch(Array.from({ length: records }, () => ({ value, timestamp })));
}
