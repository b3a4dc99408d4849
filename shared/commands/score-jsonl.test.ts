import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import type { ModelCard } from '#shared/scoring';
import { readJsonLines } from './score-jsonl.js';

const card: ModelCard = {
  name: 'test',
  version: '1',
  task: 'regression',
  description: '',
  inputs: [
    { name: 'x', type: 'number', optional: false },
    { name: 'grid', type: 'number', optional: true, shape: [2, 2] },
  ],
  output: { tensor: 'y' },
};

/** The rows of bytes that arrive in chunks; of an error its message. */
async function rowsOf(...chunks: (string | Buffer)[]): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const read of readJsonLines(streamed(chunks), card)) {
    rows.push(...read.map((row) => (row instanceof KitError ? row.message : row)));
  }
  return rows;
}

async function* streamed(chunks: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

describe('rows of JSON lines', () => {
  it('are objects, one a line, whatever the ends of the lines and the last one without', async () => {
    expect(await rowsOf('{"x":1}\n{"x":2}\r\n{"x":3}')).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }]);
  });

  it('are the same wherever the bytes are cut', async () => {
    const bytes = Buffer.from('\uFEFF{"x":1,"s":"ö"}\n{"x":2}\n');
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(await rowsOf(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual([{ x: 1, s: 'ö' }, { x: 2 }]);
    }
    expect(await rowsOf(...Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual([{ x: 1, s: 'ö' }, { x: 2 }]);
  });

  it.each([[''], ['\n'], ['\uFEFF'], ['\n \r\n\t\n']])('are none in %j', async (text) => {
    expect(await rowsOf(text)).toEqual([]);
  });

  it('that are blank are none at the end, and wrong before', async () => {
    expect(await rowsOf('{"x":1}\n\n', ' \n{"x":2}\n\n\n')).toEqual([
      { x: 1 },
      'The line is blank.',
      'The line is blank.',
      { x: 2 },
    ]);
  });

  it('that are no objects say what they are', async () => {
    const is = (what: string) =>
      `The line holds ${what}; a row is a JSON object, with the model's inputs as its fields.`;
    expect(await rowsOf('[]\n1\n"a"\nnull\ntrue\n{"x":\n{"x":1},{"x":2}\n')).toEqual([
      is('an array'),
      is('a number'),
      is('a string'),
      is('null'),
      is('a boolean'),
      expect.stringMatching(/^The line is not JSON: .*\.$/),
      expect.stringMatching(/^The line is not JSON: .*\.$/),
    ]);
  });

  it('are wrong alone where they are not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('{"x":1}\n{"s":"'), Buffer.of(0xff), Buffer.from('"}\n{"s":"\uFFFD"}')]);
    expect(await rowsOf(bytes)).toEqual([{ x: 1 }, 'The line is not text in UTF-8.', { s: '\uFFFD' }]);
  });

  it('take no number for an input that is larger than there are', async () => {
    const sentence = (input: string) => `The input "${input}" has a number beyond ±1.8e308, the largest that there is.`;
    expect(
      await rowsOf('{"x":1e999}\n{"x":-1e999}\n{"y":1e999}\n{"grid":[[1,2],[3,1e999]]}\n{"grid":[[1],2]}'),
    ).toEqual([sentence('x'), sentence('x'), { y: Number.POSITIVE_INFINITY }, sentence('grid'), { grid: [[1], 2] }]);
  });

  it('that never end are not kept: the line is wrong, what follows it is read', async () => {
    const megabyte = Buffer.alloc(1_048_576, 'a');
    const sentence = 'The line is longer than 16 MiB, the most that is read.';
    const long = Array.from({ length: 40 }, () => megabyte);
    expect(await rowsOf('{"x":1}\n', ...long, '"}\n{"x":2}\n')).toEqual([{ x: 1 }, sentence, { x: 2 }]);
    expect(await rowsOf(...long)).toEqual([sentence]);
    expect(await rowsOf(...long, '\n')).toEqual([sentence]);
  });
});
