import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { KitError } from '#shared/errors';
import type { JournalEntry } from './storage.js';

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

  record(entry: JournalEntry): void {
    if (this.#file === undefined) return;
    const line = `${JSON.stringify(entry)}\n`;
    writeSync(this.#file, line);
    this.#lengthBytes += Buffer.byteLength(line);
    if (this.#lengthBytes >= this.#rewriteAtBytes) this.#rewrite();
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #rewrite(): void {
    const text = Array.from(this.#snapshot(), (entry) => `${JSON.stringify(entry)}\n`).join('');
    const next = `${this.path}.next`;
    writeFileSync(next, text);
    this.close();
    // Renaming replaces the old journal in one step: whenever the process ends, one of the two is whole.
    renameSync(next, this.path);
    this.#file = openSync(this.path, 'a');
    this.#lengthBytes = Buffer.byteLength(text);
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
