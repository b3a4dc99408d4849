import type { AvroType, Json } from './avro-schema.js';

export const schemaTypes = ['JSON', 'PROTOBUF', 'AVRO'] as const;
export type SchemaType = (typeof schemaTypes)[number];

/** A type of another subject's version, under the name that the schema uses for it: a full name, a file, a URI. */
export interface SchemaReference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** What makes a schema the schema that it is: two of the same content are one. */
export interface SchemaContent {
  readonly schemaType: SchemaType;
  readonly text: string;
  readonly references: readonly SchemaReference[];
}

/** A schema as the registry understands it; the Avro type of an Avro schema only. */
export interface ParsedSchema extends SchemaContent {
  readonly avro?: AvroType;
}

/** A schema under its global id. */
export interface StoredSchema extends ParsedSchema {
  readonly id: number;
}

/** Equal for equal contents, and for no others. */
export const identityOf = ({ schemaType, text, references }: SchemaContent): string =>
  JSON.stringify([schemaType, text, references.map(({ name, subject, version }) => [name, subject, version])]);

/** References in JSON. */
export const describeReferences = (references: readonly SchemaReference[]): Json[] =>
  references.map(({ name, subject, version }) => ({ name, subject, version }));
