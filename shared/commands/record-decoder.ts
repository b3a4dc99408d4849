import { KitError } from '#shared/errors';
import type { Deserializer, Schemas, WriterSchema } from '#shared/schema';
import { compactJson, jsonText } from './json-text.js';

/** A key or a value as far as it could be made out. */
export type Decoded =
  | { readonly kind: 'null' }
  | { readonly kind: 'text'; readonly text: string }
  /** JSON, or Avro as JSON: one line. */
  | { readonly kind: 'json'; readonly json: string }
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly reason: string };

/** Where the registry gives no answer it is not asked again for so long: what needs no new schema goes on meanwhile. */
const ASK_AGAIN_MS = 5_000;
const WIRE_HEADER_BYTES = 5;

/** Makes out what the bytes of records are: Avro in Confluent's wire format, JSON, text, or nothing that is known. Never throws. */
export class RecordDecoder {
  readonly #deserializer: Deserializer<unknown>;
  readonly #onTrouble: (sentence: string) => void;
  readonly #now: () => number;
  /** Why the registry gave no answer, as long as it gives none. */
  #trouble: string | undefined;
  #askAgainAt = 0;

  /** Whoever is told of trouble is told once of each time that the registry does not answer. */
  constructor(schemas: Schemas, onTrouble: (sentence: string) => void, now = () => performance.now()) {
    this.#deserializer = schemas.deserializer();
    this.#onTrouble = onTrouble;
    this.#now = now;
  }

  /** Looks up the schemas of all these, which can be decoded afterwards. */
  async prepare(all: readonly (Buffer | null)[]): Promise<void> {
    if (this.#trouble !== undefined && this.#now() < this.#askAgainAt) return;
    try {
      await this.#deserializer.prepare(all);
      this.#trouble = undefined;
    } catch (error) {
      const { message } = KitError.from(error);
      if (this.#trouble === undefined) this.#onTrouble(message);
      this.#trouble = message;
      this.#askAgainAt = this.#now() + ASK_AGAIN_MS;
    }
  }

  /** The schema that bytes in Confluent's wire format name. */
  schemaOf(bytes: Buffer | null): WriterSchema | undefined {
    return this.#deserializer.schemaOf(bytes);
  }

  decode(bytes: Buffer | null): Decoded {
    if (bytes === null) return { kind: 'null' };
    if (bytes[0] === 0 && bytes.length >= WIRE_HEADER_BYTES) return this.#avro(bytes);
    return plain(bytes);
  }

  #avro(bytes: Buffer): Decoded {
    try {
      return { kind: 'json', json: jsonText(this.#deserializer.decode(bytes)) };
    } catch (error) {
      const { code, message } = KitError.from(error);
      // Its schema was not looked up.
      const isUnasked = code === 'internal' && this.#trouble !== undefined;
      const reason = isUnasked ? `schema ${bytes.readInt32BE(1)}: the registry does not answer` : message;
      return { kind: 'bytes', bytes, reason: reason.replace(/^The record cannot be decoded: /, '') };
    }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** JSON objects and lists, other text, or bytes; a header is one of these. */
export function plain(bytes: Buffer): Decoded {
  // Numbers in binary are valid UTF-8, too, more often than not.
  if (bytes.includes(0)) return unknown(bytes);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return unknown(bytes);
  }
  const json = /^\s*[[{]/.test(text) ? compactJson(text) : undefined;
  return json === undefined ? { kind: 'text', text } : { kind: 'json', json };
}

function unknown(bytes: Buffer): Decoded {
  return { kind: 'bytes', bytes, reason: 'it is neither Avro in wire format nor JSON nor text' };
}
