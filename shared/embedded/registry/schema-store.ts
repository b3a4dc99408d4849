import type { AvroType } from './avro-schema.js';
import { type CompatibilityLevel, findIncompatibilities } from './compatibility.js';
import { parseAvroSchema } from './parse-avro-schema.js';
import { printAvroSchema } from './print-avro-schema.js';
import { refusals } from './rest-error.js';

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

/** Which versions a question is about. */
export type Visibility = 'live' | 'with-deleted' | 'deleted-only';

const isVisible = (version: SubjectVersion, visibility: Visibility): boolean =>
  visibility === 'with-deleted' || version.deleted === (visibility === 'deleted-only');

/** What the registry knows, in memory: schemas, subjects, versions and compatibility levels. It knows nothing of HTTP. */
export class SchemaStore {
  /** In the order of their numbers. */
  readonly #subjects = new Map<string, SubjectVersion[]>();
  readonly #schemas = new Map<number, StoredSchema>();
  readonly #byText = new Map<string, StoredSchema>();
  readonly #levels = new Map<string, CompatibilityLevel>();
  #lastId = 0;
  #globalLevel: CompatibilityLevel = 'BACKWARD';

  /** Names of the subjects that have a version to see, sorted. */
  subjects(visibility: Visibility = 'live'): string[] {
    return [...this.#subjects]
      .filter(([, versions]) =>
        visibility === 'deleted-only'
          ? versions.every(({ deleted }) => deleted)
          : versions.some((version) => isVisible(version, visibility)),
      )
      .map(([subject]) => subject)
      .sort();
  }

  /** Throws 40401 where there is none. */
  versions(subject: string, visibility: Visibility = 'live'): SubjectVersion[] {
    const visible = (this.#subjects.get(subject) ?? []).filter((version) => isVisible(version, visibility));
    if (visible.length === 0) throw refusals.subjectNotFound(subject);
    return visible;
  }

  /** Throws 40401 for an unknown subject, 40402 for an unknown version of a known one. */
  version(subject: string, number: number | 'latest', visibility: Visibility = 'live'): SubjectVersion {
    const versions = this.versions(subject, visibility);
    const found = number === 'latest' ? versions.at(-1) : versions.find(({ version }) => version === number);
    if (found === undefined) throw refusals.versionNotFound(Number(number));
    return found;
  }

  /** Every version of every subject, by subject and number. */
  all(visibility: Visibility): SubjectVersion[] {
    return this.subjects('with-deleted').flatMap((subject) =>
      (this.#subjects.get(subject) ?? []).filter((version) => isVisible(version, visibility)),
    );
  }

  /**
   * Registers a schema, or finds the live version that it has under this subject already.
   * Throws 42201 for what is no schema, 409 for what breaks the subject's level.
   */
  register(subject: string, text: string): SubjectVersion {
    const type = parseAvroSchema(text);
    const printed = printAvroSchema(type);
    const versions = this.#subjects.get(subject) ?? [];
    const existing = versions.find(({ deleted, schema }) => !deleted && schema.text === printed);
    if (existing !== undefined) return existing;
    const details = this.#judge(type, versions, this.levelInForce(subject));
    if (details.length > 0) throw refusals.incompatible(subject, details);

    const schema = this.#byText.get(printed) ?? { id: ++this.#lastId, text: printed, type };
    this.#schemas.set(schema.id, schema);
    this.#byText.set(printed, schema);
    const registered = { subject, version: (versions.at(-1)?.version ?? 0) + 1, schema, deleted: false };
    // A soft-deleted version of the same schema gives way to the new one, as at Confluent.
    this.#subjects.set(subject, [...versions.filter((version) => version.schema !== schema), registered]);
    return registered;
  }

  /** The version that a schema has under a subject. Throws 40401, or 40403 where it has none. */
  lookUp(subject: string, text: string, visibility: Visibility = 'live'): SubjectVersion {
    const versions = this.versions(subject, visibility);
    const printed = printAvroSchema(parseAvroSchema(text));
    const found = versions.findLast(({ schema }) => schema.text === printed);
    if (found === undefined) throw refusals.schemaNotFound();
    return found;
  }

  /** Why a schema would break the subject's level: against one version of it, or against all that the level asks for. */
  check(subject: string, text: string, against?: number | 'latest'): string[] {
    const type = parseAvroSchema(text);
    const known = this.#subjects.get(subject)?.some(({ deleted }) => !deleted) === true;
    // Nothing registered yet: whatever comes first is compatible with it.
    if (!known && (against === undefined || against === 'latest')) return [];
    const versions = against === undefined ? this.versions(subject) : [this.version(subject, against)];
    return this.#judge(type, versions, this.levelInForce(subject));
  }

  #judge(type: AvroType, versions: readonly SubjectVersion[], level: CompatibilityLevel): string[] {
    const live = versions.filter(({ deleted }) => !deleted);
    return findIncompatibilities(
      type,
      live.map(({ version, schema }) => ({ version, text: schema.text, type: schema.type })),
      level,
    );
  }

  /** Hides a subject (soft), or removes it once it is hidden (permanent). Gives the versions that went. */
  deleteSubject(subject: string, permanent: boolean): number[] {
    const versions = this.versions(subject, 'with-deleted');
    const live = versions.filter(({ deleted }) => !deleted);
    if (permanent) {
      if (live.length > 0) throw refusals.subjectNotSoftDeleted(subject);
      this.#subjects.delete(subject);
      for (const { schema } of versions) this.#forgetUnused(schema);
      return versions.map(({ version }) => version);
    }
    if (live.length === 0) throw refusals.subjectSoftDeleted(subject);
    for (const version of live) version.deleted = true;
    this.#levels.delete(subject);
    return live.map(({ version }) => version);
  }

  /** Hides a version (soft), or removes it once it is hidden (permanent). Gives its number. */
  deleteVersion(subject: string, number: number | 'latest', permanent: boolean): number {
    const visibility = permanent && number === 'latest' ? 'deleted-only' : 'with-deleted';
    const version =
      number === 'latest' && !permanent ? this.version(subject, 'latest') : this.version(subject, number, visibility);
    if (permanent) {
      if (!version.deleted) throw refusals.versionNotSoftDeleted(subject, version.version);
      const rest = this.versions(subject, 'with-deleted').filter((other) => other !== version);
      if (rest.length > 0) this.#subjects.set(subject, rest);
      else this.#subjects.delete(subject);
      this.#forgetUnused(version.schema);
    } else {
      if (version.deleted) throw refusals.versionSoftDeleted(subject, version.version);
      version.deleted = true;
    }
    return version.version;
  }

  #forgetUnused(schema: StoredSchema): void {
    if (this.all('with-deleted').some((version) => version.schema === schema)) return;
    this.#schemas.delete(schema.id);
    this.#byText.delete(schema.text);
  }

  /** Soft-deleted schemas are still read: their records are still there. Throws 40403. */
  schema(id: number): StoredSchema {
    const schema = this.#schemas.get(id);
    if (schema === undefined) throw refusals.schemaNotFound(id);
    return schema;
  }

  get globalLevel(): CompatibilityLevel {
    return this.#globalLevel;
  }

  set globalLevel(level: CompatibilityLevel) {
    this.#globalLevel = level;
  }

  /** The level that was set for this subject itself. */
  subjectLevel(subject: string): CompatibilityLevel | undefined {
    return this.#levels.get(subject);
  }

  /** The subject's own level, otherwise the global one. */
  levelInForce(subject: string): CompatibilityLevel {
    return this.#levels.get(subject) ?? this.#globalLevel;
  }

  setSubjectLevel(subject: string, level: CompatibilityLevel): void {
    this.#levels.set(subject, level);
  }

  deleteSubjectLevel(subject: string): void {
    this.#levels.delete(subject);
  }
}
