/** Confluent's wire format: a zero byte, the schema's id (4 bytes, big endian), the Avro data. */
export const headerBytes = 5;

/** Reads the schema id of a record's value; undefined where it is not in Confluent's wire format. */
export function schemaIdOf(value: Buffer): number | undefined {
  return value.length >= headerBytes && value[0] === 0 ? value.readInt32BE(1) : undefined;
}

export function writeHeader(target: Buffer, schemaId: number, at: number): void {
  target[at] = 0;
  target.writeInt32BE(schemaId, at + 1);
}
