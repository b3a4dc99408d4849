import { type AvroType, isJsonObject, type Json } from './avro-schema.js';

const maxInt = 2 ** 31;
const maxLong = 2n ** 63n;
const notFinite = ['NaN', 'Infinity', '-Infinity', 'INF', '-INF'];

/** Whether a field's default is a value of its type, in Avro's JSON form: bytes are strings, of a union any branch counts. */
export function isValidDefault(type: AvroType, value: Json): boolean {
  switch (type.type) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return Number.isInteger(value) && Number(value) >= -maxInt && Number(value) < maxInt;
    case 'long':
      return typeof value === 'bigint' ? value >= -maxLong && value < maxLong : Number.isSafeInteger(value);
    case 'float':
    case 'double':
      return typeof value === 'number' || typeof value === 'bigint' || notFinite.some((name) => name === value);
    case 'bytes':
    case 'string':
      return typeof value === 'string';
    case 'fixed':
      return typeof value === 'string' && value.length === type.size;
    case 'enum':
      return typeof value === 'string' && type.symbols.includes(value);
    case 'array':
      return Array.isArray(value) && value.every((item) => isValidDefault(type.items, item));
    case 'map':
      return isJsonObject(value) && Object.values(value).every((item) => isValidDefault(type.values, item));
    case 'union':
      return type.branches.some((branch) => isValidDefault(branch, value));
    case 'record':
    case 'error':
      return (
        isJsonObject(value) &&
        type.fields.every((field) => {
          const own = value[field.name] === undefined ? field.default : value[field.name];
          return own !== undefined && isValidDefault(field.type, own);
        })
      );
  }
}
