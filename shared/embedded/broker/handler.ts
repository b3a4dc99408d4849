import { type Api, decodeRequest, encodeResponse, type RequestOf, type ResponseInputOf } from '#shared/wire';

/** What a handler knows of a request beside its fields. */
export interface RequestContext {
  readonly version: number;
  readonly clientId: string;
  /** The address that the client called from. */
  readonly clientHost: string;
  /** The address by which this client reaches the broker. */
  readonly advertised: { readonly host: string; readonly port: number };
  /** Calls back when the connection ends; the returned function takes that back. */
  readonly whenClosed: (callback: () => void) => () => void;
}

/** What a connection brings with it to each of its requests. */
export type ConnectionContext = Omit<RequestContext, 'version' | 'clientId'>;

/** Undefined where the protocol wants no answer (Produce with acks 0). */
type Answer<T> = T | undefined;

/** Answers the requests of one API. */
export interface Handler {
  readonly api: Api;
  /** Takes a frame and gives the framed answer. */
  answer(frame: Buffer, connection: ConnectionContext): Answer<Buffer[]> | Promise<Answer<Buffer[]>>;
}

/** Makes a handler from a function of the request's fields to the response's. */
export function handler<A extends Api>(
  api: A,
  handle: (
    request: RequestOf<A>,
    context: RequestContext,
  ) => Answer<ResponseInputOf<A>> | Promise<Answer<ResponseInputOf<A>>>,
): Handler {
  return {
    api,
    answer(frame, connection) {
      const { header, request } = decodeRequest(api, frame);
      const { apiVersion: version, correlationId, clientId } = header;
      const encode = (response: Answer<ResponseInputOf<A>>) =>
        response === undefined ? undefined : encodeResponse(api, version, correlationId, response);
      // The connection last: V8 takes a microsecond and more to add fields to an object that was spread.
      const response = handle(request, { version, clientId: clientId ?? '', ...connection });
      return response instanceof Promise ? response.then(encode) : encode(response);
    },
  };
}
