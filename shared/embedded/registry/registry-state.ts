import type { AvroType } from './avro-schema.js';
import type { CompatibilityLevel } from './compatibility.js';
import { parseAvroSchema } from './parse-avro-schema.js';
import type { StoreChange } from './store-change.js';

/** A schema under its global id: the same schema has one id, whatever subjects it is registered under. */
export interface StoredSchema {
  readonly id: number;
  readonly text: string;
  readonly type: AvroType;
}

/** A version of a subject; a soft-deleted one is hidden, but keeps its number and its id. */
export interface SubjectVersion {
  readonly subject: string;
  readonly version: number;
  readonly schema: StoredSchema;
  deleted: boolean;
}

/** What is registered. It changes by `apply` alone, and asks no questions: who makes a change has judged it. */
export class RegistryState {
  /** In the order of their numbers. */
  readonly #subjects = new Map<string, SubjectVersion[]>();
  readonly #schemas = new Map<number, StoredSchema>();
  readonly #byText = new Map<string, StoredSchema>();
  readonly #levels = new Map<string, CompatibilityLevel>();
  #lastId = 0;
  #globalLevel: CompatibilityLevel = 'BACKWARD';

  get subjects(): ReadonlyMap<string, readonly SubjectVersion[]> {
    return this.#subjects;
  }

  get schemas(): ReadonlyMap<number, StoredSchema> {
    return this.#schemas;
  }

  /** The levels that subjects have of their own. */
  get levels(): ReadonlyMap<string, CompatibilityLevel> {
    return this.#levels;
  }

  get globalLevel(): CompatibilityLevel {
    return this.#globalLevel;
  }

  /** The id of a schema, as printed: the one that it has already, otherwise one that no schema has ever had. */
  idFor(text: string): number {
    return this.#byText.get(text)?.id ?? this.#lastId + 1;
  }

  /** Throws for what can only come from a damaged record of changes: what is no schema, an id of two schemas. */
  apply(change: StoreChange): void {
    switch (change.is) {
      case 'registered':
        this.#register(change);
        break;
      case 'subject-deleted':
        this.#deleteSubject(change.subject, change.permanent);
        break;
      case 'version-deleted':
        this.#deleteVersion(change.subject, change.version, change.permanent);
        break;
      case 'global-level':
        this.#globalLevel = change.level;
        break;
      case 'subject-level':
        if (change.level === null) this.#levels.delete(change.subject);
        else this.#levels.set(change.subject, change.level);
    }
  }

  #register({ subject, version, id, schema: text }: Extract<StoreChange, { is: 'registered' }>): void {
    const schema = this.#schemas.get(id) ?? { id, text, type: parseAvroSchema(text) };
    if (schema.text !== text) throw new Error(`the id ${id} belongs to another schema already`);
    this.#schemas.set(id, schema);
    this.#byText.set(text, schema);
    this.#lastId = Math.max(this.#lastId, id);
    const earlier = this.#subjects.get(subject) ?? [];
    // A soft-deleted version of the same schema gives way to the new one, as at Confluent.
    const others = earlier.filter((other) => other.schema !== schema);
    this.#subjects.set(subject, [...others, { subject, version, schema, deleted: false }]);
  }

  #deleteSubject(subject: string, permanent: boolean): void {
    const versions = this.#subjects.get(subject) ?? [];
    if (permanent) {
      this.#subjects.delete(subject);
      for (const { schema } of versions) this.#forgetUnused(schema);
      return;
    }
    for (const version of versions) version.deleted = true;
    this.#levels.delete(subject);
  }

  #deleteVersion(subject: string, number: number, permanent: boolean): void {
    const versions = this.#subjects.get(subject) ?? [];
    for (const version of versions.filter((candidate) => candidate.version === number)) {
      version.deleted = true;
      if (!permanent) continue;
      const rest = versions.filter((other) => other !== version);
      if (rest.length > 0) this.#subjects.set(subject, rest);
      else this.#subjects.delete(subject);
      this.#forgetUnused(version.schema);
    }
  }

  #forgetUnused(schema: StoredSchema): void {
    for (const versions of this.#subjects.values()) {
      if (versions.some((version) => version.schema === schema)) return;
    }
    this.#schemas.delete(schema.id);
    this.#byText.delete(schema.text);
  }
}
