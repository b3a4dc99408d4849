import { type AvroType, isJsonObject, type Json } from './avro-schema.js';

const maxInt = 2 ** 31;
const isWhole = (value: Json): value is number => typeof value === 'number' && Number.isInteger(value);

/** Whether a field's default is a value of its type, in Avro's JSON form: bytes are strings, a union means its first branch. */
export function isValidDefault(type: AvroType, value: Json): boolean {
  switch (type.type) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return isWhole(value) && value >= -maxInt && value < maxInt;
    case 'long':
      return isWhole(value);
    case 'float':
    case 'double':
      return typeof value === 'number';
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
    case 'union': {
      const [first] = type.branches;
      return first !== undefined && isValidDefault(first, value);
    }
    case 'record':
    case 'error':
      return (
        isJsonObject(value) &&
        type.fields.every((field) => {
          const own = value[field.name] ?? field.default;
          return own !== undefined && isValidDefault(field.type, own);
        })
      );
  }
}
