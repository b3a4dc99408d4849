import type { CompatibilityLevel } from './compatibility.js';
import { parseSchema } from './parse-schema.js';
import type { RegistryMode } from './registry-mode.js';
import { identityOf, type SchemaContent, type SchemaReference, type StoredSchema } from './schema-content.js';
import type { StoreChange } from './store-change.js';

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
  readonly #byIdentity = new Map<string, StoredSchema>();
  readonly #levels = new Map<string, CompatibilityLevel>();
  readonly #modes = new Map<string, RegistryMode>();
  #lastId = 0;
  #globalLevel: CompatibilityLevel = 'BACKWARD';
  #globalMode: RegistryMode = 'READWRITE';

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

  /** The modes that subjects have of their own. */
  get modes(): ReadonlyMap<string, RegistryMode> {
    return this.#modes;
  }

  get globalMode(): RegistryMode {
    return this.#globalMode;
  }

  /** The highest id that any schema has ever had; 0 before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  /** The id of a schema: the one that it has already, otherwise one that no schema has ever had. */
  idFor(content: SchemaContent): number {
    return this.#byIdentity.get(identityOf(content))?.id ?? this.#lastId + 1;
  }

  /** A version of a subject, soft-deleted or not. */
  find(subject: string, version: number): SubjectVersion | undefined {
    return this.#subjects.get(subject)?.find((candidate) => candidate.version === version);
  }

  /** The versions whose schemas refer to this one. */
  referrersOf({ subject, version }: Pick<SchemaReference, 'subject' | 'version'>): SubjectVersion[] {
    return [...this.#subjects.values()].flatMap((versions) =>
      versions.filter(({ schema }) =>
        schema.references.some((reference) => reference.subject === subject && reference.version === version),
      ),
    );
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
        break;
      case 'global-mode':
        this.#globalMode = change.mode;
        break;
      case 'subject-mode':
        if (change.mode === null) this.#modes.delete(change.subject);
        else this.#modes.set(change.subject, change.mode);
    }
  }

  #register(change: Extract<StoreChange, { is: 'registered' }>): void {
    const { subject, version, id, schema: text, schemaType = 'AVRO', references = [] } = change;
    const content = { schemaType, text, references };
    const known = this.#schemas.get(id);
    if (known !== undefined && identityOf(known) !== identityOf(content)) {
      throw new Error(`the id ${id} belongs to another schema already`);
    }
    const resolve = (reference: SchemaReference) => this.find(reference.subject, reference.version)?.schema;
    const schema = known ?? { id, ...parseSchema(content, resolve), text };
    this.#schemas.set(id, schema);
    if (!this.#byIdentity.has(identityOf(schema))) this.#byIdentity.set(identityOf(schema), schema);
    this.#lastId = Math.max(this.#lastId, id);
    const earlier = this.#subjects.get(subject) ?? [];
    const goes = (other: SubjectVersion): boolean => other.version === version || this.#givesWay(other, schema);
    const versions = [...earlier.filter((other) => !goes(other)), { subject, version, schema, deleted: false }];
    this.#subjects.set(
      subject,
      versions.sort((a, b) => a.version - b.version),
    );
    for (const gone of earlier.filter(goes)) this.#forgetUnused(gone.schema);
  }

  /** A soft-deleted version of the same schema gives way to the new one, unless a schema refers to it, as at Confluent. */
  #givesWay(other: SubjectVersion, schema: StoredSchema): boolean {
    return other.deleted && other.schema === schema && this.referrersOf(other).length === 0;
  }

  #deleteSubject(subject: string, permanent: boolean): void {
    const versions = this.#subjects.get(subject) ?? [];
    this.#levels.delete(subject);
    this.#modes.delete(subject);
    if (permanent) {
      this.#subjects.delete(subject);
      for (const { schema } of versions) this.#forgetUnused(schema);
      return;
    }
    for (const version of versions) version.deleted = true;
  }

  #deleteVersion(subject: string, number: number, permanent: boolean): void {
    const versions = this.#subjects.get(subject) ?? [];
    for (const version of versions.filter((candidate) => candidate.version === number)) {
      version.deleted = true;
      if (!permanent) continue;
      const rest = versions.filter((other) => other !== version);
      if (rest.length > 0) this.#subjects.set(subject, rest);
      else this.#deleteSubject(subject, true);
      this.#forgetUnused(version.schema);
    }
  }

  #forgetUnused(schema: StoredSchema): void {
    for (const versions of this.#subjects.values()) {
      if (versions.some((version) => version.schema === schema)) return;
    }
    this.#schemas.delete(schema.id);
    const identity = identityOf(schema);
    if (this.#byIdentity.get(identity) !== schema) return;
    // Imported under two ids, it is known by the other one from now on.
    const twin = [...this.#schemas.values()].find((other) => identityOf(other) === identity);
    if (twin === undefined) this.#byIdentity.delete(identity);
    else this.#byIdentity.set(identity, twin);
  }
}
