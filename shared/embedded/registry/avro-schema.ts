/** Any JSON value; a whole number beyond 2^53 is a bigint where it has to be exact. */
export type Json = string | number | bigint | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export const primitiveNames = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
export type PrimitiveName = (typeof primitiveNames)[number];

/** Attributes that Avro gives no meaning to, `logicalType` among them; they are kept as they came. */
interface WithProperties {
  readonly properties: JsonObject;
}

/** `name` is the full name; `aliases` are full names, too. */
interface Named extends WithProperties {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly doc?: string;
}

interface AvroPrimitive extends WithProperties {
  readonly type: PrimitiveName;
}
export interface AvroField extends WithProperties {
  readonly name: string;
  readonly type: AvroType;
  readonly doc?: string;
  readonly default?: Json;
  readonly order?: 'descending' | 'ignore';
  readonly aliases: readonly string[];
}
export interface AvroRecord extends Named {
  readonly type: 'record' | 'error';
  readonly fields: AvroField[];
}
export interface AvroEnum extends Named {
  readonly type: 'enum';
  readonly symbols: readonly string[];
  readonly default?: string;
}
export interface AvroFixed extends Named {
  readonly type: 'fixed';
  readonly size: number;
}
interface AvroArray extends WithProperties {
  readonly type: 'array';
  readonly items: AvroType;
}
interface AvroMap extends WithProperties {
  readonly type: 'map';
  readonly values: AvroType;
}
export interface AvroUnion {
  readonly type: 'union';
  readonly branches: readonly AvroType[];
}

export type AvroNamed = AvroRecord | AvroEnum | AvroFixed;

/** A parsed Avro schema; a named type that is referred to again is the same object, so recursive schemas are graphs. */
export type AvroType = AvroPrimitive | AvroNamed | AvroArray | AvroMap | AvroUnion;

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The part of a full name before its last dot; '' for the null namespace. */
export const namespaceOf = (fullName: string): string => fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')));

/** The part of a full name after its last dot. */
export const simpleNameOf = (fullName: string): string => fullName.slice(fullName.lastIndexOf('.') + 1);
