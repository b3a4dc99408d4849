import type { AvroType } from './avro-schema.js';
import { type CompatibilityLevel, findIncompatibilities } from './compatibility.js';
import { parseAvroSchema } from './parse-avro-schema.js';
import { printAvroSchema } from './print-avro-schema.js';
import { RegistryState, type StoredSchema, type SubjectVersion } from './registry-state.js';
import { refusals } from './rest-error.js';
import type { StoreChange } from './store-change.js';

export type { SubjectVersion };

/** Which versions a question is about. */
export type Visibility = 'live' | 'with-deleted' | 'deleted-only';

const isVisible = (version: SubjectVersion, visibility: Visibility): boolean =>
  visibility === 'with-deleted' || version.deleted === (visibility === 'deleted-only');

/** What the registry answers, by Confluent's rules, about the schemas that it has in memory. It knows nothing of HTTP. */
export class SchemaStore {
  readonly #state = new RegistryState();
  readonly #record: (change: StoreChange) => void;

  /** `record` is told of each change before it is made; where it throws, nothing changes. */
  constructor(record: (change: StoreChange) => void = () => {}) {
    this.#record = record;
  }

  /** Makes a change again that was recorded earlier. */
  restore(change: StoreChange): void {
    this.#state.apply(change);
  }

  #change(change: StoreChange): void {
    this.#record(change);
    this.#state.apply(change);
  }

  /** Names of the subjects that have a version to see, sorted. */
  subjects(visibility: Visibility = 'live'): string[] {
    return [...this.#state.subjects]
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
    const visible = (this.#state.subjects.get(subject) ?? []).filter((version) => isVisible(version, visibility));
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
      (this.#state.subjects.get(subject) ?? []).filter((version) => isVisible(version, visibility)),
    );
  }

  /**
   * Registers a schema, or finds the live version that it has under this subject already.
   * Throws 42201 for what is no schema, 409 for what breaks the subject's level.
   */
  register(subject: string, text: string): SubjectVersion {
    const type = parseAvroSchema(text);
    const printed = printAvroSchema(type);
    const versions = this.#state.subjects.get(subject) ?? [];
    const existing = versions.find(({ deleted, schema }) => !deleted && schema.text === printed);
    if (existing !== undefined) return existing;
    const details = this.#judge(type, versions, this.levelInForce(subject));
    if (details.length > 0) throw refusals.incompatible(subject, details);

    const version = (versions.at(-1)?.version ?? 0) + 1;
    this.#change({ is: 'registered', subject, version, id: this.#state.idFor(printed), schema: printed });
    return this.version(subject, version);
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
    const known = this.#state.subjects.get(subject)?.some(({ deleted }) => !deleted) === true;
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
    if (permanent && live.length > 0) throw refusals.subjectNotSoftDeleted(subject);
    if (!permanent && live.length === 0) throw refusals.subjectSoftDeleted(subject);
    this.#change({ is: 'subject-deleted', subject, permanent });
    return (permanent ? versions : live).map(({ version }) => version);
  }

  /** Hides a version (soft), or removes it once it is hidden (permanent). Gives its number. */
  deleteVersion(subject: string, number: number | 'latest', permanent: boolean): number {
    const visibility = permanent && number === 'latest' ? 'deleted-only' : 'with-deleted';
    const { version, deleted } =
      number === 'latest' && !permanent ? this.version(subject, 'latest') : this.version(subject, number, visibility);
    if (permanent && !deleted) throw refusals.versionNotSoftDeleted(subject, version);
    if (!permanent && deleted) throw refusals.versionSoftDeleted(subject, version);
    this.#change({ is: 'version-deleted', subject, version, permanent });
    return version;
  }

  /** Soft-deleted schemas are still read: their records are still there. Throws 40403. */
  schema(id: number): StoredSchema {
    const schema = this.#state.schemas.get(id);
    if (schema === undefined) throw refusals.schemaNotFound(id);
    return schema;
  }

  get globalLevel(): CompatibilityLevel {
    return this.#state.globalLevel;
  }

  set globalLevel(level: CompatibilityLevel) {
    this.#change({ is: 'global-level', level });
  }

  /** The level that was set for this subject itself. */
  subjectLevel(subject: string): CompatibilityLevel | undefined {
    return this.#state.levels.get(subject);
  }

  /** The subject's own level, otherwise the global one. */
  levelInForce(subject: string): CompatibilityLevel {
    return this.#state.levels.get(subject) ?? this.#state.globalLevel;
  }

  setSubjectLevel(subject: string, level: CompatibilityLevel): void {
    this.#change({ is: 'subject-level', subject, level });
  }

  deleteSubjectLevel(subject: string): void {
    this.#change({ is: 'subject-level', subject, level: null });
  }
}
