import type { AvroNamed, AvroType } from './avro-schema.js';
import { printAvroSchema } from './print-avro-schema.js';
import { refusals } from './rest-error.js';

/**
 * Every named type that the given schemas define or use, by full name.
 * Throws RestError 42201 where two of them define one name differently.
 */
export function namedTypesIn(schemas: Iterable<AvroType>): Map<string, AvroNamed> {
  const found = new Map<string, AvroNamed>();
  const waiting = [...schemas];
  const seen = new Set<AvroType>();
  for (let type = waiting.pop(); type !== undefined; type = waiting.pop()) {
    if (seen.has(type)) continue;
    seen.add(type);
    if ('name' in type) add(found, type);
    waiting.push(...partsOf(type));
  }
  return found;
}

function add(found: Map<string, AvroNamed>, type: AvroNamed): void {
  const other = found.get(type.name);
  if (other !== undefined && other !== type && printAvroSchema(other) !== printAvroSchema(type)) {
    throw refusals.invalidSchema(`the references define the type "${type.name}" in two ways`);
  }
  found.set(type.name, other ?? type);
}

function partsOf(type: AvroType): readonly AvroType[] {
  switch (type.type) {
    case 'union':
      return type.branches;
    case 'array':
      return [type.items];
    case 'map':
      return [type.values];
    case 'record':
    case 'error':
      return type.fields.map((field) => field.type);
    default:
      return [];
  }
}
