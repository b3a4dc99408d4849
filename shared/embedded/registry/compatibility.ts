import type { ParsedSchema } from './schema-content.js';
import { type Incompatibility, resolveSchemas } from './schema-resolution.js';

export const compatibilityLevels = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const;

/**
 * BACKWARD: the new schema reads what the last one wrote; FORWARD: the last one reads what the new one writes; FULL:
 * both. TRANSITIVE: not the last one only, but every earlier one.
 */
export type CompatibilityLevel = (typeof compatibilityLevels)[number];

/** A schema that is registered under a subject already. */
export interface EarlierSchema {
  readonly version: number;
  readonly schema: ParsedSchema;
}

/** Finds the level that a request names, in whatever case. */
export function compatibilityLevel(name: unknown): CompatibilityLevel | undefined {
  return typeof name === 'string' ? compatibilityLevels.find((level) => level === name.toUpperCase()) : undefined;
}

/**
 * Says why a new schema breaks `level`, in Confluent's words; no message means that it does not. Avro schemas are judged
 * by schema resolution; of JSON and Protobuf only that the type of schema stays the same.
 * `earlier` in the order of their versions.
 */
export function findIncompatibilities(
  candidate: ParsedSchema,
  earlier: readonly EarlierSchema[],
  level: CompatibilityLevel,
): string[] {
  if (level === 'NONE') return [];
  const against = level.endsWith('_TRANSITIVE') ? earlier.toReversed() : earlier.slice(-1);
  for (const { schema, version } of against) {
    const reasons = reasonsAgainst(candidate, schema, level);
    if (reasons.length > 0) {
      return [
        ...reasons,
        `{oldSchemaVersion: ${version}}`,
        `{oldSchema: '${schema.text}'}`,
        `{compatibility: '${level}'}`,
      ];
    }
  }
  return [];
}

function reasonsAgainst(candidate: ParsedSchema, earlier: ParsedSchema, level: CompatibilityLevel): string[] {
  if (candidate.schemaType !== earlier.schemaType) return ['Incompatible because of different schema type'];
  if (candidate.avro === undefined || earlier.avro === undefined) return [];
  const backward = level.startsWith('FORWARD') ? [] : resolveSchemas(candidate.avro, earlier.avro);
  const forward = level.startsWith('BACKWARD') ? [] : resolveSchemas(earlier.avro, candidate.avro);
  return [
    ...backward.map((found) => inWords(found, 'new', 'old')),
    ...forward.map((found) => inWords(found, 'old', 'new')),
  ];
}

function inWords({ type, path, message }: Incompatibility, reader: string, writer: string): string {
  const descriptions: Record<Incompatibility['type'], string> = {
    FIXED_SIZE_MISMATCH: `The size of FIXED type field at path '${path}' in the ${reader} schema does not match with the ${writer} schema`,
    TYPE_MISMATCH: `The type (path '${path}') of a field in the ${reader} schema does not match with the ${writer} schema`,
    NAME_MISMATCH: `The name of the schema has changed (path '${path}')`,
    MISSING_ENUM_SYMBOLS: `The ${reader} schema is missing enum symbols '${message}' at path '${path}' in the ${writer} schema`,
    MISSING_UNION_BRANCH: `The ${reader} schema is missing a type inside a union field at path '${path}' in the ${writer} schema`,
    READER_FIELD_MISSING_DEFAULT_VALUE: `The field '${message}' at path '${path}' in the ${reader} schema has no default value and is missing in the ${writer} schema`,
  };
  return `{errorType:'${type}', description:'${descriptions[type]}', additionalInfo:'${message}'}`;
}
