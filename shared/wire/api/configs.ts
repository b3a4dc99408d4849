import { api } from '../api.js';
import { array, arrayOf, boolean, int8, int16, int32, string } from '../field.js';

export const describeConfigs = api({
  key: 32,
  name: 'DescribeConfigs',
  versions: [0, 4],
  flexibleFrom: 4,
  request: {
    resources: array({
      resourceType: int8,
      resourceName: string,
      configurationKeys: arrayOf(string).nullable(),
    }),
    includeSynonyms: boolean.since(1),
    includeDocumentation: boolean.since(3),
  },
  response: {
    throttleTimeMs: int32.or(0),
    results: array({
      errorCode: int16,
      errorMessage: string.nullable(),
      resourceType: int8,
      resourceName: string,
      configs: array({
        name: string,
        value: string.nullable(),
        readOnly: boolean,
        isDefault: boolean.until(0),
        configSource: int8.since(1).or(-1),
        isSensitive: boolean,
        synonyms: array({ name: string, value: string.nullable(), source: int8 }).since(1),
        configType: int8.since(3),
        documentation: string.since(3).nullable(),
      }),
    }),
  },
});

const altered = array({
  errorCode: int16,
  errorMessage: string.nullable(),
  resourceType: int8,
  resourceName: string,
});

export const alterConfigs = api({
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexibleFrom: 2,
  request: {
    resources: array({
      resourceType: int8,
      resourceName: string,
      configs: array({ name: string, value: string.nullable() }),
    }),
    validateOnly: boolean,
  },
  response: { throttleTimeMs: int32.or(0), responses: altered },
});

export const incrementalAlterConfigs = api({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: [0, 1],
  flexibleFrom: 1,
  request: {
    resources: array({
      resourceType: int8,
      resourceName: string,
      configs: array({ name: string, configOperation: int8, value: string.nullable() }),
    }),
    validateOnly: boolean,
  },
  response: { throttleTimeMs: int32.or(0), responses: altered },
});
