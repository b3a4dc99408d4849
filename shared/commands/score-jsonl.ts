import { isUtf8 } from 'node:buffer';
import { KitError } from '#shared/errors';
import type { ModelCard } from '#shared/scoring';
import { jsonRow, numberInputs } from './json-row.js';
import { lineBlocks, MAX_RECORD_BYTES } from './score-blocks.js';

/** A row as it is given to the model; a KitError says why it cannot be. */
export type ReadRow = object | KitError;

/** So many rows are given on at once, at most. */
const MAX_ROWS = 4_096;

/** Reads a JSON object a line, some thousands at a time; blank lines at the end are no rows. */
export async function* readJsonLines(source: AsyncIterable<Buffer>, card: ModelCard): AsyncGenerator<ReadRow[]> {
  const numbers = numberInputs(card);
  let rows: ReadRow[] = [];
  let blanks = 0;
  let isInLongLine = false;
  for await (const { bytes, endsLine } of lineBlocks(source)) {
    for (const line of endsLine ? linesOf(isInLongLine ? afterFirstLine(bytes) : bytes) : [tooLong()]) {
      if (isInLongLine && !endsLine) continue;
      if (typeof line === 'string' && line.trim() === '') {
        blanks += 1;
        continue;
      }
      for (; blanks > 0; blanks -= 1) {
        rows.push(undecodable('The line is blank.'));
        if (rows.length < MAX_ROWS) continue;
        yield rows;
        rows = [];
      }
      rows.push(typeof line === 'string' ? jsonRow('line', line, numbers) : line);
      if (rows.length < MAX_ROWS) continue;
      yield rows;
      rows = [];
    }
    isInLongLine = !endsLine;
    if (rows.length > 0) yield rows;
    rows = [];
  }
}

function afterFirstLine(bytes: Buffer): Buffer {
  const end = bytes.indexOf('\n');
  return end < 0 ? bytes.subarray(bytes.length) : bytes.subarray(end + 1);
}

function* linesOf(bytes: Buffer): Generator<string | KitError> {
  if (!isUtf8(bytes)) {
    for (let start = 0; start < bytes.length; ) {
      const found = bytes.indexOf('\n', start);
      const end = found < 0 ? bytes.length : found;
      const line = bytes.subarray(start, end);
      yield isUtf8(line) ? line.toString('utf8') : notText();
      start = end + 1;
    }
    return;
  }
  const text = bytes.toString('utf8');
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    yield text.slice(start, end);
    start = end + 1;
  }
}

const notText = (): KitError => undecodable('The line is not text in UTF-8.');
const tooLong = (): KitError =>
  undecodable(`The line is longer than ${MAX_RECORD_BYTES / 1_048_576} MiB, the most that is read.`);

function undecodable(sentence: string): KitError {
  return new KitError('record-undecodable', sentence);
}
