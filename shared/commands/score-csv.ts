import { isUtf8 } from 'node:buffer';
import { Parser } from 'csv-parse';
import { KitError } from '#shared/errors';
import type { ModelCard } from '#shared/scoring';
import { lineBlocks, MAX_RECORD_BYTES } from './score-blocks.js';
import { type Column, csvColumns } from './score-csv-columns.js';
import type { ReadRow } from './score-jsonl.js';

/** So many rows are given on at once, at most. */
const MAX_ROWS = 4_096;

/**
 * Reads CSV with a header, some thousands of rows at a time; blank lines at the end are no rows.
 * @throws KitError 'usage' where a required input has no column, or an input has two.
 */
export async function* readCsv(
  source: AsyncIterable<Buffer>,
  card: ModelCard,
  onNotice: (sentence: string) => void,
): AsyncGenerator<ReadRow[]> {
  let table: CsvTable | undefined;
  for await (const { bytes } of lineBlocks(source)) {
    // Blank lines before the header are none.
    if (table === undefined && bytes.toString('latin1').trim() === '') continue;
    table ??= new CsvTable(csvColumns(bytes, card, onNotice));
    yield* inPieces(await table.read(bytes));
    if (table.isBroken) return;
  }
  if (table !== undefined) yield* inPieces(await table.end());
}

function* inPieces(rows: ReadRow[]): Generator<ReadRow[]> {
  for (let start = 0; start < rows.length; start += MAX_ROWS) yield rows.slice(start, start + MAX_ROWS);
}

/** Takes blocks of CSV and gives the rows that they complete. */
class CsvTable {
  /** Whether the rows that follow cannot be told apart any more: a quote was opened and never closed. */
  isBroken = false;
  readonly #parser: Parser;
  readonly #columns: readonly Column[];
  readonly #width: number;
  #rows: ReadRow[] = [];
  #isHeader = true;
  #blanks = 0;
  #isText = true;

  constructor({ columns, width, delimiter }: ReturnType<typeof csvColumns>) {
    this.#columns = columns;
    this.#width = width;
    this.#parser = new Parser({
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      max_record_size: MAX_RECORD_BYTES,
      // Called while a block is being parsed: a stream of single rows would cost more than parsing them.
      on_record: (cells: string[]) => {
        this.#take(cells);
        return null;
      },
    });
    // What goes wrong is told to the callbacks of write and end.
    this.#parser.on('error', () => undefined);
    this.#parser.resume();
  }

  async read(bytes: Buffer): Promise<ReadRow[]> {
    this.#isText = isUtf8(bytes);
    return this.#parsed((done) => this.#parser.write(bytes, done));
  }

  async end(): Promise<ReadRow[]> {
    return this.#parsed((done) => this.#parser.end(done));
  }

  async #parsed(parse: (done: (error?: Error | null) => void) => void): Promise<ReadRow[]> {
    const error = await new Promise<Error | null | undefined>((resolve) => parse(resolve));
    if (error) {
      this.isBroken = true;
      this.#rows.push(
        undecodable(`From here on the rows cannot be told apart, as when a quote is never closed: ${error.message}.`),
      );
    }
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #take(cells: readonly string[]): void {
    if (this.#isHeader) {
      this.#isHeader = cells.length === 1 && cells[0]?.trim() === '';
      return;
    }
    if (cells.length === 1 && cells[0]?.trim() === '') {
      this.#blanks += 1;
      return;
    }
    // One for all of them: there may be very many.
    const blank = this.#blanks > 0 ? this.#rowOf(['']) : undefined;
    for (; blank !== undefined && this.#blanks > 0; this.#blanks -= 1) this.#rows.push(blank);
    this.#rows.push(this.#rowOf(cells));
  }

  #rowOf(cells: readonly string[]): ReadRow {
    if (cells.length !== this.#width) {
      return undecodable(`The row has ${cells.length} fields; the header names ${this.#width}.`);
    }
    const row: Record<string, unknown> = {};
    for (const { name, index, convert } of this.#columns) {
      const cell = cells[index] ?? '';
      const value = convert(cell);
      if (value instanceof KitError) return value;
      if (!this.#isText && cell.includes('\uFFFD')) return undecodable(`The input "${name}" is not text in UTF-8.`);
      row[name] = value;
    }
    return row;
  }
}

function undecodable(sentence: string): KitError {
  return new KitError('record-undecodable', sentence);
}
