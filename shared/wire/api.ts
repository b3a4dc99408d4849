import { KitError } from '#shared/errors';
import { type Codec, compileFields } from './codec.js';
import type { Fields, InputOf, ValueOf } from './field.js';
import { maxRequestElements, Reader } from './reader.js';
import { Writer } from './writer.js';

/** One API of the protocol: its key, the versions known here, and the fields of its request and response. */
export interface Api<Request extends Fields = Fields, Response extends Fields = Fields> {
  readonly key: number;
  readonly name: string;
  /** The lowest and the highest version, both included. */
  readonly versions: readonly [number, number];
  /** The first version with compact lengths and tagged fields (KIP-482); Infinity where there is none. */
  readonly flexibleFrom: number;
  readonly request: Request;
  readonly response: Response;
}

/** What a request of this API holds, as read. */
export type RequestOf<A extends Api> = ValueOf<A['request']>;
/** What a response of this API is made from. */
export type ResponseInputOf<A extends Api> = InputOf<A['response']>;

/** Declares an API; the types of its requests and responses follow from the fields. */
export function api<Request extends Fields, Response extends Fields>(
  declared: Omit<Api<Request, Response>, 'flexibleFrom'> & { readonly flexibleFrom?: number },
): Api<Request, Response> {
  return { flexibleFrom: Number.POSITIVE_INFINITY, ...declared };
}

/** The part of a request that says what the rest is. */
export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

const apiVersionsKey = 18;
const compiled = new WeakMap<Fields, Map<number, Codec>>();

function codecOf(declared: Api, side: 'request' | 'response', version: number): Codec {
  const [lowest, highest] = declared.versions;
  if (version < lowest || version > highest) {
    throw new KitError('protocol', `${declared.name} version ${version} is not known; ${lowest} to ${highest} are`);
  }
  const fields = declared[side];
  const byVersion = compiled.get(fields) ?? new Map<number, Codec>();
  compiled.set(fields, byVersion);
  let codec = byVersion.get(version);
  if (codec === undefined) {
    codec = compileFields(fields, { version, flexible: version >= declared.flexibleFrom });
    byVersion.set(version, codec);
  }
  return codec;
}

/** Reads what every request begins with, whatever its API: key, version and correlation id. */
export function peekRequest(frame: Buffer): Pick<RequestHeader, 'apiKey' | 'apiVersion' | 'correlationId'> {
  const reader = new Reader(frame);
  return { apiKey: reader.int16(), apiVersion: reader.int16(), correlationId: reader.int32() };
}

/**
 * Reads a request of a known API and version from a frame (without its length). Bytes left over at its end are passed over,
 * as Kafka does: librdkafka 2.16 leaves three when it asks for the metadata of all topics in version 12.
 */
export function decodeRequest<A extends Api>(
  declared: A,
  frame: Buffer,
): { readonly header: RequestHeader; readonly request: RequestOf<A> } {
  const reader = new Reader(frame, 0, frame.length, maxRequestElements);
  const apiKey = reader.int16();
  const apiVersion = reader.int16();
  const codec = codecOf(declared, 'request', apiVersion);
  const correlationId = reader.int32();
  // The client id keeps its two-byte length in the flexible header, so that any broker can read it.
  const length = reader.int16();
  const clientId = length < 0 ? null : reader.utf8(length);
  if (apiVersion >= declared.flexibleFrom) skipTags(reader);
  const request = codec.read(reader);
  // The codec was compiled from the very fields that the type is made of.
  return { header: { apiKey, apiVersion, correlationId, clientId }, request: request as RequestOf<A> };
}

/** Writes a whole request, its length first. */
export function encodeRequest<A extends Api>(
  declared: A,
  version: number,
  header: Pick<RequestHeader, 'correlationId' | 'clientId'>,
  request: InputOf<A['request']>,
): Buffer[] {
  const writer = new Writer();
  writer.int32(0);
  writer.int16(declared.key);
  writer.int16(version);
  writer.int32(header.correlationId);
  const clientIdBytes = header.clientId === null ? -1 : Buffer.byteLength(header.clientId);
  writer.int16(clientIdBytes);
  if (header.clientId !== null) writer.utf8(header.clientId, clientIdBytes);
  if (version >= declared.flexibleFrom) writer.unsignedVarint(0);
  codecOf(declared, 'request', version).write(writer, request);
  return framed(writer);
}

/** Writes a whole response, its length first. */
export function encodeResponse<A extends Api>(
  declared: A,
  version: number,
  correlationId: number,
  response: InputOf<A['response']>,
): Buffer[] {
  const writer = new Writer();
  writer.int32(0);
  writer.int32(correlationId);
  if (hasTaggedResponseHeader(declared, version)) writer.unsignedVarint(0);
  codecOf(declared, 'response', version).write(writer, response);
  return framed(writer);
}

/** Reads a response of a known API and version from a frame (without its length). */
export function decodeResponse<A extends Api>(
  declared: A,
  version: number,
  frame: Buffer,
): { readonly correlationId: number; readonly response: ValueOf<A['response']> } {
  const reader = new Reader(frame);
  const correlationId = reader.int32();
  if (hasTaggedResponseHeader(declared, version)) skipTags(reader);
  const response = codecOf(declared, 'response', version).read(reader);
  if (reader.remaining > 0) {
    throw new KitError(
      'protocol',
      `Reading a ${declared.name} response: ${reader.remaining} bytes are left over at its end`,
    );
  }
  // The codec was compiled from the very fields that the type is made of.
  return { correlationId, response: response as ValueOf<A['response']> };
}

// A client that does not know the broker's version yet must be able to read the answer (KIP-511), so ApiVersions keeps
// the plain header.
const hasTaggedResponseHeader = (declared: Api, version: number) =>
  version >= declared.flexibleFrom && declared.key !== apiVersionsKey;

function skipTags(reader: Reader): void {
  const count = reader.unsignedVarint();
  for (let i = 0; i < count; i += 1) {
    reader.unsignedVarint();
    reader.skip(reader.unsignedVarint());
  }
}

function framed(writer: Writer): Buffer[] {
  const { length } = writer;
  const parts = writer.finish();
  parts[0]?.writeInt32BE(length - 4, 0);
  return parts;
}
