import { isJsonObject, type Json } from './avro-schema.js';
import { type CompatibilityLevel, compatibilityLevels } from './compatibility.js';

/**
 * One thing that happened to what the registry knows: everything it knows follows from these, in their order.
 * A subject’s level that is null is gone.
 */
export type StoreChange =
  | {
      readonly is: 'registered';
      readonly subject: string;
      readonly version: number;
      readonly id: number;
      readonly schema: string;
    }
  | { readonly is: 'subject-deleted'; readonly subject: string; readonly permanent: boolean }
  | { readonly is: 'version-deleted'; readonly subject: string; readonly version: number; readonly permanent: boolean }
  | { readonly is: 'global-level'; readonly level: CompatibilityLevel }
  | { readonly is: 'subject-level'; readonly subject: string; readonly level: CompatibilityLevel | null };

const isCount = (value: Json | undefined): value is number => Number.isSafeInteger(value) && Number(value) > 0;
const isText = (value: Json | undefined): value is string => typeof value === 'string';
const isFlag = (value: Json | undefined): value is boolean => typeof value === 'boolean';
const levelIn = (value: Json | undefined) => compatibilityLevels.find((level) => level === value);

/** Reads a change as JSON has it; undefined where it is none. */
export function parseStoreChange(value: Json): StoreChange | undefined {
  if (!isJsonObject(value)) return undefined;
  const { is, subject, version, id, schema, permanent } = value;
  const level = levelIn(value.level);
  if (is === 'global-level') return level === undefined ? undefined : { is, level };
  if (!isText(subject)) return undefined;
  switch (is) {
    case 'registered':
      return isCount(version) && isCount(id) && isText(schema) ? { is, subject, version, id, schema } : undefined;
    case 'subject-deleted':
      return isFlag(permanent) ? { is, subject, permanent } : undefined;
    case 'version-deleted':
      return isCount(version) && isFlag(permanent) ? { is, subject, version, permanent } : undefined;
    case 'subject-level':
      if (value.level === null) return { is, subject, level: null };
      return level === undefined ? undefined : { is, subject, level };
    default:
      return undefined;
  }
}
