import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { hasClient, runClient } from '#shared/testing';
import { startRegistry } from './index.js';

const python = process.env.CONFLUENT_KAFKA_PYTHON ?? 'python3';
const script = fileURLToPath(projectFile('shared/embedded/registry/python-client/client.py'));
const isHere = hasClient('Python’s confluent-kafka with its serializers (CONFLUENT_KAFKA_PYTHON)', python, [script]);

describe.skipIf(!isHere)('Python’s confluent-kafka', () => {
  it('writes and reads Avro, JSON and Protobuf, with references, and administers subjects', async () => {
    const registry = await startRegistry({ port: 0 });
    const { code, output, errors } = await runClient(python, [script, registry.url]);
    await registry.close();
    // Its libraries warn of one another on standard error.
    expect(code, errors).toBe(0);
    expect(JSON.parse(output)).toEqual({
      avro: { id: 'UA1', gate: { id: 'A4' } },
      avroVersion: 'Gate',
      json: { wind: 7.5 },
      jsonType: 'JSON',
      protobuf: ['UA2', 'B7'],
      protobufReferences: ['gate.proto'],
      subjects: ['arrivals-value', 'flights-value', 'gate.proto', 'gates', 'weather-value'],
      level: 'FULL',
      compatible: false,
      refused: [409, 409],
      referenced: [422, 42206],
      versions: [1],
      deleted: [1],
      gone: [404, 40401],
    });
  });
});
