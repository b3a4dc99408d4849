import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAvroSchema } from './parse-avro-schema.js';
import { resolveSchemas } from './schema-resolution.js';

const linesOf = (file: string): string[] =>
  readFileSync(new URL(`golden/${file}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');

interface Judged {
  readonly reader: unknown;
  readonly writer: unknown;
  /** Type, place and message of each; a single REFUSED where the library throws. */
  readonly incompatibilities: readonly (readonly string[])[];
}

// The file is written by the generator beside it.
const judged = linesOf('resolution.jsonl').map((line) => JSON.parse(line) as Judged);
const resolve = ({ reader, writer }: Judged) =>
  resolveSchemas(parseAvroSchema(JSON.stringify(reader)), parseAvroSchema(JSON.stringify(writer)));

describe('schema resolution, beside Avro’s Java library', () => {
  it('says of 1,458 pairs of schemas what the library says: whether the one reads the other', () => {
    expect(judged).toHaveLength(1458);
    const otherwise = judged.filter((pair) => (resolve(pair).length === 0) !== (pair.incompatibilities.length === 0));
    expect(otherwise).toEqual([]);
  });

  it('gives the same reasons, in the same places and words', () => {
    // The library throws where a field has two sources; and of an enum field that the writer lacks and that has no default,
    // only its type has, it says that an enum is not a record.
    const comparable = judged.filter(
      ({ incompatibilities }) =>
        !incompatibilities.some(
          ([type, , message]) =>
            type === 'REFUSED' || message === 'reader type: ENUM not compatible with writer type: RECORD',
        ),
    );
    expect(comparable.length).toBeGreaterThan(1400);
    for (const pair of comparable) {
      const found = resolve(pair).map(({ type, path, message }) => [type, path, message]);
      expect(found, JSON.stringify(pair)).toEqual(pair.incompatibilities);
    }
  });
});

describe('what is a schema, beside Avro’s Java library', () => {
  // The specification asks for a symbol and for as many bytes; the library does not look.
  const strict = ['"symbols":["A"]},"default":"B"', '"size":2},"default":"a"'];
  // Cut out, not parsed: 2^63 is one of the cases.
  const cases = linesOf('validity.jsonl').map((line) => ({
    schema: line.slice('{"schema":'.length, line.lastIndexOf(',"valid":')),
    valid: line.endsWith('"valid":true}'),
  }));

  it.each(cases)('$schema: $valid', ({ schema, valid }) => {
    const parse = () => parseAvroSchema(schema);
    if (valid && !strict.some((part) => schema.includes(part))) expect(parse).not.toThrow();
    else expect(parse).toThrow('Invalid schema of type AVRO');
  });
});
