import { isJsonObject, type Json } from './avro-schema.js';
import { type CompatibilityLevel, compatibilityLevels } from './compatibility.js';
import { type RegistryMode, registryModes } from './registry-mode.js';
import { type SchemaReference, type SchemaType, schemaTypes } from './schema-content.js';

/**
 * One thing that happened to what the registry knows: everything it knows follows from these, in their order.
 * A subject’s level or mode that is null is gone. A schema without a type is AVRO.
 */
export type StoreChange =
  | {
      readonly is: 'registered';
      readonly subject: string;
      readonly version: number;
      readonly id: number;
      readonly schema: string;
      readonly schemaType?: SchemaType;
      readonly references?: readonly SchemaReference[];
    }
  | { readonly is: 'subject-deleted'; readonly subject: string; readonly permanent: boolean }
  | { readonly is: 'version-deleted'; readonly subject: string; readonly version: number; readonly permanent: boolean }
  | { readonly is: 'global-level'; readonly level: CompatibilityLevel }
  | { readonly is: 'subject-level'; readonly subject: string; readonly level: CompatibilityLevel | null }
  | { readonly is: 'global-mode'; readonly mode: RegistryMode }
  | { readonly is: 'subject-mode'; readonly subject: string; readonly mode: RegistryMode | null };

const isWhole = (value: Json | undefined): value is number => typeof value === 'number' && Number.isSafeInteger(value);
const isCount = (value: Json | undefined): value is number => isWhole(value) && value > 0;
const isText = (value: Json | undefined): value is string => typeof value === 'string';
const isFlag = (value: Json | undefined): value is boolean => typeof value === 'boolean';
const levelIn = (value: Json | undefined) => compatibilityLevels.find((level) => level === value);
const modeIn = (value: Json | undefined) => registryModes.find((mode) => mode === value);

/** Reads a change as JSON has it; undefined where it is none. */
export function parseStoreChange(value: Json): StoreChange | undefined {
  if (!isJsonObject(value)) return undefined;
  const { is, subject, version, permanent } = value;
  const level = levelIn(value.level);
  const mode = modeIn(value.mode);
  if (is === 'global-level') return level === undefined ? undefined : { is, level };
  if (is === 'global-mode') return mode === undefined ? undefined : { is, mode };
  if (!isText(subject)) return undefined;
  switch (is) {
    case 'registered':
      return parseRegistered(value, subject);
    case 'subject-deleted':
      return isFlag(permanent) ? { is, subject, permanent } : undefined;
    case 'version-deleted':
      return isCount(version) && isFlag(permanent) ? { is, subject, version, permanent } : undefined;
    case 'subject-level':
      if (value.level === null) return { is, subject, level: null };
      return level === undefined ? undefined : { is, subject, level };
    case 'subject-mode':
      if (value.mode === null) return { is, subject, mode: null };
      return mode === undefined ? undefined : { is, subject, mode };
    default:
      return undefined;
  }
}

function parseRegistered(value: Readonly<Record<string, Json>>, subject: string): StoreChange | undefined {
  const { version, id, schema } = value;
  const schemaType = schemaTypes.find((type) => type === (value.schemaType ?? 'AVRO'));
  const references = parseReferences(value.references ?? []);
  if (!isCount(version) || !isWhole(id) || id < 0 || !isText(schema)) return undefined;
  if (schemaType === undefined || references === undefined) return undefined;
  return { is: 'registered', subject, version, id, schema, schemaType, references };
}

/** Reads a list of references; undefined where it is none. A version may be -1, the latest. */
export function parseReferences(value: Json): SchemaReference[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const references: SchemaReference[] = [];
  for (const one of value) {
    if (!isJsonObject(one)) return undefined;
    const { name, subject, version } = one;
    if (!isText(name) || !isText(subject) || !isWhole(version) || (version < 1 && version !== -1)) return undefined;
    references.push({ name, subject, version });
  }
  return references;
}
