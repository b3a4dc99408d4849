import { type CompatibilityLevel, findIncompatibilities } from './compatibility.js';
import { inOrder, parseSchema } from './parse-schema.js';
import type { RegistryMode } from './registry-mode.js';
import { RegistryState, type SubjectVersion } from './registry-state.js';
import { refusals } from './rest-error.js';
import { identityOf, type ParsedSchema, type SchemaContent, type StoredSchema } from './schema-content.js';
import type { StoreChange } from './store-change.js';

export type { SubjectVersion };

/** Which versions a question is about. */
export type Visibility = 'live' | 'with-deleted' | 'deleted-only';

/** A schema that is asked for: to be registered, looked up or judged. */
export interface AskedSchema extends SchemaContent {
  /** Whether what says the same is to be written the same first. */
  readonly normalize?: boolean;
}

/** The place that an imported schema had elsewhere. */
export interface ImportedPlace {
  readonly id?: number | undefined;
  readonly version?: number | undefined;
}

const maxId = 2 ** 31 - 1;

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

  /** The latest is a live one always. Throws 40401 for an unknown subject, 40402 for an unknown version of a known one. */
  version(subject: string, number: number | 'latest', visibility: Visibility = 'live'): SubjectVersion {
    const versions = this.versions(subject, visibility);
    const found =
      number === 'latest'
        ? versions.findLast(({ deleted }) => !deleted)
        : versions.find(({ version }) => version === number);
    if (found === undefined) throw refusals.versionNotFound(number === 'latest' ? -1 : number);
    return found;
  }

  /** Every version of every subject, by subject and number. */
  all(visibility: Visibility): SubjectVersion[] {
    return this.subjects('with-deleted').flatMap((subject) =>
      (this.#state.subjects.get(subject) ?? []).filter((version) => isVisible(version, visibility)),
    );
  }

  /**
   * Registers a schema, or finds the live version that it has under this subject already. Throws 42201 for what is no
   * schema, 409 for what breaks the subject's level, 42205 for what its mode does not allow.
   */
  register(subject: string, asked: AskedSchema, { id, version }: ImportedPlace = {}): SubjectVersion {
    const parsed = this.#parse(asked, 'live');
    const identity = identityOf(parsed);
    const versions = this.#state.subjects.get(subject) ?? [];
    const existing = versions.find(
      (candidate) =>
        !candidate.deleted &&
        identityOf(candidate.schema) === identity &&
        (id === undefined || candidate.schema.id === id) &&
        (version === undefined || candidate.version === version),
    );
    if (existing !== undefined) return existing;
    this.#checkWritable(subject);
    const importing = this.modeInForce(subject) === 'IMPORT';
    if (importing !== (id !== undefined)) {
      throw refusals.notPermitted(
        `Subject ${subject} in context . is not in ${importing ? 'read-write' : 'import'} mode`,
      );
    }
    const next = (versions.at(-1)?.version ?? 0) + 1;
    if (!importing) {
      const details = this.#judge(parsed, versions, this.levelInForce(subject));
      if (details.length > 0) throw refusals.incompatible(subject, details);
      if (version !== undefined && version !== next) throw refusals.wrongNextVersion();
    }
    const place = { id: id ?? this.#state.idFor(parsed), version: version ?? next };
    this.#checkId(place.id, identity);
    const { schemaType, text, references } = parsed;
    this.#change({
      is: 'registered',
      subject,
      version: place.version,
      id: place.id,
      schema: text,
      ...(schemaType !== 'AVRO' && { schemaType }),
      ...(references.length > 0 && { references }),
    });
    return this.version(subject, place.version);
  }

  #checkId(id: number, identity: string): void {
    if (id > maxId) throw refusals.notPermitted(`No schema can have an id beyond ${maxId}`);
    const owner = this.#state.schemas.get(id);
    if (owner !== undefined && identityOf(owner) !== identity) {
      throw refusals.notPermitted(`Overwrite new schema with id ${id} in context . is not permitted.`);
    }
  }

  /** The version that a schema has under a subject. Throws 40401, or 40403 where it has none. */
  lookUp(subject: string, asked: AskedSchema, visibility: Visibility = 'live'): SubjectVersion {
    const versions = this.versions(subject, visibility);
    const identity = identityOf(this.#parse(asked, 'with-deleted'));
    const found = versions.findLast(({ schema }) => identityOf(schema) === identity);
    if (found === undefined) throw refusals.schemaNotFound();
    return found;
  }

  /** Why a schema would break the subject's level: against one version of it, or against all that the level asks for. */
  check(subject: string, asked: AskedSchema, against?: number | 'latest'): string[] {
    const parsed = this.#parse(asked, 'live');
    const known = this.#state.subjects.get(subject)?.some(({ deleted }) => !deleted) === true;
    // Nothing registered yet: whatever comes first is compatible with it.
    if (!known && (against === undefined || against === 'latest')) return [];
    const versions = against === undefined ? this.versions(subject) : [this.version(subject, against)];
    return this.#judge(parsed, versions, this.levelInForce(subject));
  }

  #parse(asked: AskedSchema, visibility: Visibility): ParsedSchema {
    const numbered = asked.references.map((reference) =>
      reference.version === -1
        ? { ...reference, version: this.#latestOf(reference.subject) ?? reference.version }
        : reference,
    );
    const references = asked.normalize === true ? inOrder(numbered) : numbered;
    return parseSchema({ ...asked, references }, ({ subject, version }) => {
      const found = this.#state.find(subject, version);
      return found !== undefined && isVisible(found, visibility) ? found.schema : undefined;
    });
  }

  #latestOf(subject: string): number | undefined {
    return this.#state.subjects.get(subject)?.findLast(({ deleted }) => !deleted)?.version;
  }

  #judge(parsed: ParsedSchema, versions: readonly SubjectVersion[], level: CompatibilityLevel): string[] {
    return findIncompatibilities(
      parsed,
      versions.filter(({ deleted }) => !deleted),
      level,
    );
  }

  /** Ids of the schemas that refer to a version, sorted. */
  referencedBy(version: SubjectVersion, visibility: Visibility): number[] {
    const referrers = this.#state.referrersOf(version).filter((referrer) => isVisible(referrer, visibility));
    return [...new Set(referrers.map(({ schema }) => schema.id))].sort((a, b) => a - b);
  }

  /** Hides a subject (soft), or removes it once it is hidden (permanent). Gives the versions that went. Throws 42206 where another subject refers to it. */
  deleteSubject(subject: string, permanent: boolean): number[] {
    this.#checkWritable(subject);
    const versions = this.versions(subject, 'with-deleted');
    const live = versions.filter(({ deleted }) => !deleted);
    const going = permanent ? versions : live;
    this.#checkUnreferenced(going, permanent, subject);
    if (permanent && live.length > 0) throw refusals.subjectNotSoftDeleted(subject);
    if (!permanent && live.length === 0) throw refusals.subjectSoftDeleted(subject);
    this.#change({ is: 'subject-deleted', subject, permanent });
    return going.map(({ version }) => version);
  }

  /** Hides a version (soft), or removes it once it is hidden (permanent). Gives its number. Throws 42206 where a schema refers to it. */
  deleteVersion(subject: string, number: number | 'latest', permanent: boolean): number {
    const found = this.version(subject, number, 'with-deleted');
    const { version, deleted } = found;
    if (!permanent && deleted) throw refusals.versionSoftDeleted(subject, version);
    this.#checkWritable(subject);
    this.#checkUnreferenced([found], permanent);
    if (permanent && !deleted) throw refusals.versionNotSoftDeleted(subject, version);
    this.#change({ is: 'version-deleted', subject, version, permanent });
    return version;
  }

  /** A hidden schema that refers to what goes for good would have lost its types when it comes back. */
  #checkUnreferenced(going: readonly SubjectVersion[], permanent: boolean, within?: string): void {
    for (const version of going) {
      const referrers = this.#state.referrersOf(version);
      if (referrers.some(({ subject, deleted }) => subject !== within && (permanent || !deleted))) {
        throw refusals.referenced(version.subject, version.version);
      }
    }
  }

  #checkWritable(subject: string): void {
    const mode = this.modeInForce(subject);
    if (mode !== 'READONLY' && mode !== 'READONLY_OVERRIDE') return;
    throw refusals.notPermitted(`Subject ${subject} in context . is in read-only mode`);
  }

  /** Soft-deleted schemas are still read: their records are still there. Throws 40403. */
  schema(id: number): StoredSchema {
    const schema = this.#state.schemas.get(id);
    if (schema === undefined) throw refusals.schemaNotFound(id);
    return schema;
  }

  /** The highest id that was ever given. */
  get lastId(): number {
    return this.#state.lastId;
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

  /** Sets a subject's level; null takes it away. */
  setSubjectLevel(subject: string, level: CompatibilityLevel | null): void {
    this.#checkWritable(subject);
    this.#change({ is: 'subject-level', subject, level });
  }

  get globalMode(): RegistryMode {
    return this.#state.globalMode;
  }

  /** The mode that was set for this subject itself. */
  subjectMode(subject: string): RegistryMode | undefined {
    return this.#state.modes.get(subject);
  }

  /** The subject's own mode, otherwise the global one; READONLY_OVERRIDE of all subjects comes first. */
  modeInForce(subject: string): RegistryMode {
    const { globalMode, modes } = this.#state;
    return globalMode === 'READONLY_OVERRIDE' ? globalMode : (modes.get(subject) ?? globalMode);
  }

  /** Sets the global mode. Throws 42205 for IMPORT while there are schemas, unless forced; hidden ones go for good. */
  setGlobalMode(mode: RegistryMode, force: boolean): void {
    if (mode === 'IMPORT' && this.globalMode !== 'IMPORT' && !force) this.#makeRoom(this.subjects('with-deleted'));
    this.#change({ is: 'global-mode', mode });
  }

  /** Sets the mode of a subject, as setGlobalMode does; null takes it away. */
  setSubjectMode(subject: string, mode: RegistryMode | null, force = false): void {
    if (mode === 'IMPORT' && this.modeInForce(subject) !== 'IMPORT' && !force) this.#makeRoom([subject]);
    this.#change({ is: 'subject-mode', subject, mode });
  }

  #makeRoom(subjects: readonly string[]): void {
    const versions = subjects.flatMap((subject) => this.#state.subjects.get(subject) ?? []);
    if (versions.some(({ deleted }) => !deleted)) {
      throw refusals.notPermitted('Cannot import since found existing subjects');
    }
    const referred = versions.find((version) =>
      this.#state.referrersOf(version).some(({ subject }) => !subjects.includes(subject)),
    );
    if (referred !== undefined) throw refusals.referenced(referred.subject, referred.version);
    for (const subject of new Set(versions.map((version) => version.subject))) {
      this.#change({ is: 'subject-deleted', subject, permanent: true });
    }
  }
}
