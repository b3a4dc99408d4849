import type { JsonObject } from '../avro-schema.js';
import { resolvedText, serializedText } from '../parse-schema.js';
import type { RouteRequest } from '../router.js';
import { describeReferences, type StoredSchema } from '../schema-content.js';
import type { SubjectVersion } from '../schema-store.js';

/** A schema's text in the format that the request asks for: as it is kept, Avro `resolved`, Protobuf `serialized`. */
export function textOf(schema: StoredSchema, { query }: RouteRequest): string {
  const format = query.get('format');
  if (format === 'resolved' && schema.schemaType === 'AVRO') return resolvedText(schema);
  if (format === 'serialized' && schema.schemaType === 'PROTOBUF') return serializedText(schema);
  return schema.text;
}

/** A schema as clients read it; what is left out means AVRO, and no references. */
export const describeSchema = (schema: StoredSchema, request: RouteRequest): JsonObject => ({
  schema: textOf(schema, request),
  ...(schema.schemaType !== 'AVRO' && { schemaType: schema.schemaType }),
  ...(schema.references.length > 0 && { references: describeReferences(schema.references) }),
});

/** A version as clients read it. */
export const describeVersion = ({ subject, version, schema }: SubjectVersion, request: RouteRequest): JsonObject => ({
  subject,
  version,
  id: schema.id,
  ...describeSchema(schema, request),
});
