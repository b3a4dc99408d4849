import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { KitError } from '#shared/errors';
import type { JournalEntry } from './storage.js';
import { writeWhole } from './write-whole.js';

/** The journal is written anew when it has grown to this, and to four times what it was then. */
const worthRewritingBytes = 1024 * 1024;

/** Topics, settings and committed offsets in one file, a JSON line for each change. */
export class Journal {
  #file: number | undefined;
  #lengthBytes = 0;
  #rewriteAtBytes = worthRewritingBytes;
  #snapshot: () => Iterable<JournalEntry> = () => [];

  constructor(
    readonly path: string,
    readonly onWarning: (sentence: string) => void,
  ) {}

  /** What was recorded so far; a last line that was not written whole is cut off. */
  restored(): JournalEntry[] {
    if (!existsSync(this.path)) return [];
    const text = readFileSync(this.path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) {
      this.onWarning(`${this.path}: its last line is not whole and was cut off`);
      truncateSync(this.path, Buffer.byteLength(whole));
    }
    return whole
      .split('\n')
      .slice(0, -1)
      .map((line, i) => this.#parse(line, i + 1));
  }

  /** Begins anew with the snapshot; from then on the file grows with every record. */
  begin(snapshot: () => Iterable<JournalEntry>): void {
    this.#snapshot = snapshot;
    this.#rewrite();
  }

  /** @throws KitError where the entry can't be kept; the journal is as it was then. */
  record(entry: JournalEntry): void {
    if (this.#file === undefined) return;
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    try {
      writeWhole(this.#file, line, this.#lengthBytes);
    } catch (reason) {
      throw KitError.from(reason, 'internal', `Writing ${this.path}`);
    }
    this.#lengthBytes += line.length;
    if (this.#lengthBytes >= this.#rewriteAtBytes) this.#rewriteIfPossible();
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** What is longer than need be is no less true. */
  #rewriteIfPossible(): void {
    try {
      this.#rewrite();
    } catch (reason) {
      this.#rewriteAtBytes = this.#lengthBytes * 2;
      this.onWarning(`Writing ${this.path} anew: ${KitError.from(reason).message}; it goes on growing meanwhile`);
    }
  }

  #rewrite(): void {
    const text = Buffer.from(Array.from(this.#snapshot(), (entry) => `${JSON.stringify(entry)}\n`).join(''));
    const next = `${this.path}.next`;
    const file = openSync(next, 'w');
    try {
      writeWhole(file, text, 0);
      // Renaming replaces the old journal in one step: whenever the process ends, one of the two is whole.
      renameSync(next, this.path);
    } catch (reason) {
      closeSync(file);
      rmSync(next, { force: true });
      throw reason;
    }
    this.close();
    this.#file = file;
    this.#lengthBytes = text.length;
    this.#rewriteAtBytes = Math.max(worthRewritingBytes, this.#lengthBytes * 4);
  }

  #parse(line: string, number: number): JournalEntry {
    try {
      const entry: unknown = JSON.parse(line);
      // This very class wrote the line; what an editor made of it since is found where the entry is applied.
      if (typeof entry === 'object' && entry !== null && 'is' in entry) return entry as JournalEntry;
    } catch (reason) {
      throw KitError.from(reason, 'usage', `Reading line ${number} of ${this.path}`);
    }
    throw new KitError('usage', `Reading line ${number} of ${this.path}: it is no entry of a broker's journal`);
  }
}
