import { type Api, apis, encodeResponse, errorCode, type InputOf, peekRequest } from '#shared/wire';
import { type Handler, handler } from '../handler.js';

type ApiKeys = InputOf<typeof apis.apiVersions.response>['apiKeys'];

const list = (advertised: readonly Api[]): ApiKeys =>
  advertised
    .map(({ key, versions: [minVersion, maxVersion] }) => ({ apiKey: key, minVersion, maxVersion }))
    .sort((a, b) => a.apiKey - b.apiKey);

/** What a client may call itself and its version (KIP-511). */
const isSoftware = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?$/;

/** Tells a client what it may ask, in the client's version or, where that is unknown, in version 0 (KIP-511). */
export function apiVersionsHandler(others: readonly Api[]): Handler {
  const apiKeys = list([...others, apis.apiVersions]);
  const known = handler(apis.apiVersions, ({ clientSoftwareName, clientSoftwareVersion }, { version }) =>
    version < 3 || (isSoftware.test(clientSoftwareName) && isSoftware.test(clientSoftwareVersion))
      ? { errorCode: errorCode.none, apiKeys }
      : { errorCode: errorCode.invalidRequest, apiKeys: [] },
  );
  const [, highest] = apis.apiVersions.versions;
  return {
    api: known.api,
    answer(frame, connection) {
      const { apiVersion, correlationId } = peekRequest(frame);
      if (apiVersion >= 0 && apiVersion <= highest) return known.answer(frame, connection);
      return encodeResponse(apis.apiVersions, 0, correlationId, {
        errorCode: errorCode.unsupportedVersion,
        apiKeys: list([apis.apiVersions]),
      });
    },
  };
}
