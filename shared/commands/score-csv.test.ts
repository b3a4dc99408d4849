import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import type { ModelCard } from '#shared/scoring';
import { readCsv } from './score-csv.js';

const card: ModelCard = {
  name: 'test',
  version: '1',
  task: 'regression',
  description: '',
  inputs: [
    { name: 'carrier', type: 'string', optional: false },
    { name: 'x', type: 'number', optional: false },
    { name: 'wind', type: 'number', optional: true },
  ],
  output: { tensor: 'y' },
};

async function* streamed(chunks: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

/** The rows of a CSV; of an error its message. */
async function rowsOf(
  text: string | Buffer,
  { inputs = card.inputs, notices = [] }: { inputs?: ModelCard['inputs']; notices?: string[] } = {},
): Promise<unknown[]> {
  const rows: unknown[] = [];
  const source = readCsv(streamed([text]), { ...card, inputs }, (sentence) => notices.push(sentence));
  for await (const read of source) {
    rows.push(...read.map((row) => (row instanceof KitError ? row.message : row)));
  }
  return rows;
}

/** The values of one number column. */
const numbersOf = async (...cells: string[]): Promise<unknown[]> => {
  const rows = await rowsOf(`x,other\n${cells.map((cell) => `${cell},o\n`).join('')}`, {
    inputs: [{ name: 'x', type: 'number', optional: true }],
  });
  return rows.map((row) => (typeof row === 'object' && row !== null && 'x' in row ? row.x : row));
};

describe('rows of CSV', () => {
  it("have the model's inputs, by the header's names in any order, as the card's types say", async () => {
    expect(await rowsOf('x,id,wind,carrier\n1.5,7,3,UA\n-2e3,8,,9\n')).toEqual([
      { carrier: 'UA', x: 1.5, wind: 3 },
      { carrier: '9', x: -2_000, wind: undefined },
    ]);
  });

  it.each([
    ['CRLF', 'carrier,x,wind\r\nUA,1,2\r\n'],
    ['CR', 'carrier,x,wind\rUA,1,2\r'],
    ['no end of the last line', 'carrier,x,wind\nUA,1,2'],
    ['a byte order mark', '\uFEFFcarrier,x,wind\nUA,1,2\n'],
    ['quotes', '"carrier","x","wind"\n"UA","1","2"\n'],
    ['semicolons', 'carrier;x;wind\nUA;1;2\n'],
    ['tabs', 'carrier\tx\twind\nUA\t1\t2\n'],
    ['blank lines before and after', '\n\ncarrier,x,wind\nUA,1,2\n\n\r\n \n'],
  ])('with %s are the same', async (_what, text) => {
    expect(await rowsOf(text)).toEqual([{ carrier: 'UA', x: 1, wind: 2 }]);
  });

  it('have in quoted fields whatever is in them', async () => {
    const rows = await rowsOf('carrier,x,wind\n"a ""b"", c\nd",1,2\n5" pipe,1,2\n');
    expect(rows).toEqual([
      { carrier: 'a "b", c\nd', x: 1, wind: 2 },
      { carrier: '5" pipe', x: 1, wind: 2 },
    ]);
  });

  it('are the same wherever the bytes are cut', async () => {
    const bytes = Buffer.from('carrier,x,wind\r\n"ö\r\n""",1,2\r\nUA,3,\r\n');
    const whole = await rowsOf(bytes);
    expect(whole).toHaveLength(2);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const rows: unknown[] = [];
      for await (const read of readCsv(streamed([bytes.subarray(0, cut), bytes.subarray(cut)]), card, () => {})) {
        rows.push(...read);
      }
      expect(rows).toEqual(whole);
    }
  });

  it('with too few or too many fields are wrong, and those after them right', async () => {
    expect(await rowsOf('carrier,x,wind\nUA,1\n\nUA,1,2,3\nUA,1,2\n')).toEqual([
      'The row has 2 fields; the header names 3.',
      'The row has 1 fields; the header names 3.',
      'The row has 4 fields; the header names 3.',
      { carrier: 'UA', x: 1, wind: 2 },
    ]);
  });

  it('end where a quote is opened and never closed', async () => {
    expect(await rowsOf('carrier,x,wind\nUA,1,2\n"UA,1,2\nUA,1,2\n')).toEqual([
      { carrier: 'UA', x: 1, wind: 2 },
      expect.stringMatching(/^From here on the rows cannot be told apart, as when a quote is never closed: /),
    ]);
  });

  it('that are not UTF-8 are wrong, where it is in an input of the model', async () => {
    const bytes = Buffer.concat([
      Buffer.from('carrier,x,note,wind\nU'),
      Buffer.of(0xff),
      Buffer.from(',1,,2\nUA,1,'),
      Buffer.of(0xff),
      Buffer.from(',2\n'),
    ]);
    expect(await rowsOf(bytes)).toEqual([
      'The input "carrier" is not text in UTF-8.',
      { carrier: 'UA', x: 1, wind: 2 },
    ]);
  });

  it('are none in an empty file, or below a header alone', async () => {
    expect(await rowsOf('')).toEqual([]);
    expect(await rowsOf('\n\n')).toEqual([]);
    expect(await rowsOf('carrier,x,wind\n')).toEqual([]);
  });
});

describe('a number in CSV', () => {
  it('is read strictly', async () => {
    expect(await numbersOf('1', '-1.5', '+.5', '2.', '1e3', '1E-3', '007')).toEqual([1, -1.5, 0.5, 2, 1_000, 0.001, 7]);
    for (const cell of ['NA', 'NaN', 'null', '0x10', ' 1', '1 ', '1.5.2', '--1', 'Infinity', '1_000', 'e5', '.']) {
      expect(await numbersOf(cell)).toEqual([
        `The input "x" is "${cell}", which is no number; a missing value is an empty field.`,
      ]);
    }
    expect(await numbersOf('1e999')).toEqual([
      'The input "x" is 1e999, beyond ±1.8e308, the largest number that there is.',
    ]);
  });

  it('may be true or false, and a whole one of 64 bits', async () => {
    expect(await numbersOf('true', 'False', 'TRUE')).toEqual([true, false, true]);
    expect(await numbersOf('9007199254740993', '-9007199254740993')).toEqual([9007199254740993n, -9007199254740993n]);
  });

  it('is missing where the field is empty', async () => {
    expect(await numbersOf('', '""')).toEqual([undefined, undefined]);
  });
});

describe('the header of a CSV', () => {
  it('must name every required input, and may leave out optional ones', async () => {
    await expect(rowsOf('carrier,y\nUA,1\n')).rejects.toMatchObject({
      code: 'usage',
      message: 'The header of the CSV has no column for the input "x" of test; it has carrier, y.',
    });
    const notices: string[] = [];
    expect(await rowsOf('carrier,x\nUA,1\n', { notices })).toEqual([{ carrier: 'UA', x: 1 }]);
    expect(notices).toEqual(['The CSV has no column for the input "wind": missing in every row.']);
  });

  it('may have a column twice only where it is not an input', async () => {
    await expect(rowsOf('carrier,x,wind,x\n')).rejects.toMatchObject({
      code: 'usage',
      message: 'The header of the CSV has the column "x" twice; one is right.',
    });
    expect(await rowsOf('note,carrier,x,wind,note\na,UA,1,2,b\n')).toEqual([{ carrier: 'UA', x: 1, wind: 2 }]);
  });
});

it('an array is written in a field as in JSON', async () => {
  const inputs: ModelCard['inputs'] = [{ name: 'grid', type: 'number', optional: false, shape: [2, 2] }];
  expect(await rowsOf('grid,o\n"[[1,2],[3,4]]",\n[1,\n', { inputs })).toEqual([
    {
      grid: [
        [1, 2],
        [3, 4],
      ],
    },
    'The input "grid" is "[1"; an array is written as in JSON, as [[1, 2], [3, 4]].',
  ]);
});
