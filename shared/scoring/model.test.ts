import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { loadModel, type Model, readModelCard } from './index.js';

const original = fileURLToPath(projectFile('demos/flight-delay/model'));

/** A copy of the flight-delay model whose card was edited; without its hash and golden rows unless they are kept. */
function edited(change: (card: Record<string, unknown>) => void = () => {}, keepGolden = false): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'model-')), 'model');
  cpSync(original, folder, { recursive: true });
  const card = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as Record<string, unknown>;
  change(card);
  writeFileSync(join(folder, 'model.json'), JSON.stringify(card));
  if (!keepGolden) rmSync(join(folder, 'golden.json'));
  return folder;
}

const inputsOf = (card: Record<string, unknown>) => card.inputs as Record<string, unknown>[];

async function refusal(folder: string): Promise<KitError> {
  const error = await loadModel(folder).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KitError);
  return error as KitError;
}

const flight = {
  carrier: 'UA',
  origin: 'EWR',
  dest: 'IAH',
  distance: 1_400,
  month: 10,
  dayOfWeek: 2,
  departureMinute: 1_020,
  arrivalMinute: 1_200,
};

describe('a loaded model', () => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(original);
  });
  afterAll(() => model.close());

  it('scores the golden rows as H2O did, to 1e-5, in batches of any size', async () => {
    const golden = JSON.parse(readFileSync(join(original, 'golden.json'), 'utf8')) as {
      rows: { input: object; score: number }[];
    };
    expect(golden.rows.length).toBeGreaterThanOrEqual(1_000);
    const whole = await model.score(golden.rows.map(({ input }) => input));
    const single = [];
    for (const { input } of golden.rows.slice(0, 50)) single.push(...(await model.score([input])));
    whole.forEach((result, index) => {
      const expected = golden.rows[index]?.score ?? Number.NaN;
      if (result instanceof KitError) throw result;
      expect(Math.abs(result.score - expected)).toBeLessThanOrEqual(1e-5);
      expect(result.decision).toBe(result.score >= (model.card.threshold ?? 0.5) ? 'delayed' : 'on time');
    });
    expect(single).toEqual(whole.slice(0, 50));
  });

  it('takes a missing optional number, absent or null, and a category it never saw', async () => {
    const [absent, nulls, strange] = await model.score([
      flight,
      { ...flight, temperature: null, planeYear: null, humidity: undefined },
      { ...flight, carrier: 'ZZ', dest: '???' },
    ]);
    expect(absent).toEqual(nulls);
    expect(strange).toMatchObject({ score: expect.any(Number) });
  });

  it('names what is wrong with a row, and scores the others', async () => {
    const { distance: _, ...noDistance } = flight;
    const results = await model.score([
      flight,
      noDistance,
      { ...flight, carrier: null },
      { ...flight, distance: Number.NaN },
      { ...flight, dest: 7 },
      { ...flight, departureMinute: '1020' },
      flight,
    ]);
    expect(results.map((result) => (result instanceof KitError ? result.message : 'scored'))).toEqual([
      'scored',
      'The required input "distance" is missing.',
      'The required input "carrier" is missing.',
      'The required input "distance" is missing.',
      'The input "dest" is a number; the model takes a string.',
      'The input "departureMinute" is a string; the model takes a number.',
      'scored',
    ]);
    expect(results[0]).toEqual(results[6]);
  });

  it('scores nothing from nothing', async () => {
    expect(await model.score([])).toEqual([]);
    expect(await model.score([{}])).toHaveLength(1);
  });
});

describe('loadModel refuses', () => {
  it('a folder that is not there, or without a graph', async () => {
    expect(await refusal('/no/such/folder')).toMatchObject({ code: 'model-missing' });
    const folder = edited();
    rmSync(join(folder, 'model.onnx'));
    expect((await refusal(folder)).message).toContain('has no model.onnx');
  });

  it('a graph that is not the one of the card', async () => {
    const folder = edited((card) => {
      card.sha256 = '0'.repeat(64);
    });
    expect(await refusal(folder)).toMatchObject({ code: 'model-hash-mismatch' });
  });

  it('a graph that is none, where the card has no hash', async () => {
    const folder = edited((card) => {
      delete card.sha256;
    });
    writeFileSync(join(folder, 'model.onnx'), 'not a graph');
    expect(await refusal(folder)).toMatchObject({
      code: 'model-invalid',
      message: expect.stringContaining('cannot be loaded'),
    });
  });

  it.each<[string, number, string]>([
    ['of no bytes', 0, 'The file is no ONNX graph: it has no nodes'],
    ['of zeros', 100_000, 'The file is no ONNX graph'],
    ['of 2 GB of zeros', 2 * 1_024 ** 3, 'has 2147483648 bytes; at most 536870912 are read'],
  ])('a graph %s', async (_, bytes, sentence) => {
    const folder = edited((card) => {
      delete card.sha256;
    });
    truncateSync(join(folder, 'model.onnx'), 0);
    // What is not written takes no place on the disk.
    truncateSync(join(folder, 'model.onnx'), bytes);
    const error = await refusal(folder);
    expect(error.code).toBe('model-invalid');
    expect(error.message).toContain(sentence);
  });

  it('golden rows that are not JSON, or none', async () => {
    for (const text of ['', '{"rows":[]}', '{"rows":[{"input":{}}]}']) {
      const folder = edited();
      writeFileSync(join(folder, 'golden.json'), text);
      expect(await refusal(folder)).toMatchObject({
        code: 'model-invalid',
        message: expect.stringMatching(/golden\.json cannot be read: [^\n]*$/),
      });
    }
  });

  it('a file that is none', async () => {
    const folder = edited();
    rmSync(join(folder, 'model.onnx'));
    mkdirSync(join(folder, 'model.onnx'));
    expect(await refusal(folder)).toMatchObject({
      code: 'model-invalid',
      message: expect.stringContaining('is no regular file'),
    });
  });

  it('a graph that was cut off', async () => {
    const folder = edited((card) => {
      delete card.sha256;
    });
    const file = join(folder, 'model.onnx');
    writeFileSync(file, readFileSync(file).subarray(0, 100_000));
    expect(await refusal(folder)).toMatchObject({ code: 'model-invalid' });
  });

  it.each<[string, (card: Record<string, unknown>) => void, string]>([
    ['a card without inputs', (card) => delete card.inputs, 'wrong at "inputs"'],
    [
      'an input that the graph does not have',
      (card) => inputsOf(card).push({ name: 'luck', type: 'number' }),
      'feeds "luck" to the graph input "luck", which the graph does not have',
    ],
    [
      'an input of the graph that nothing feeds',
      (card) => {
        card.inputs = inputsOf(card).filter(({ name }) => name !== 'carrier');
      },
      'the graph input "carrier" is fed by no input of the card',
    ],
    [
      'columns that do not fit',
      (card) => {
        card.inputs = inputsOf(card).filter(({ name }) => name !== 'distance');
      },
      'columns, but the card feeds it',
    ],
    [
      'a string where the graph takes numbers',
      (card) => {
        for (const input of inputsOf(card)) if (input.name === 'distance') input.type = 'string';
      },
      'the input "distance" is a string',
    ],
    [
      'an output that the graph does not have',
      (card) => {
        card.output = { tensor: 'fortune', column: 1 };
      },
      'names the output "fortune"',
    ],
    [
      'a column that the output does not have',
      (card) => {
        card.output = { tensor: 'probabilities', column: 9 };
      },
      'reads column 9 of the output "probabilities", which has 2',
    ],
    [
      'labels that are not two',
      (card) => {
        card.labels = ['early', 'on time', 'late'];
      },
      'has 3 labels for the task binary',
    ],
  ])('%s', async (_, change, sentence) => {
    const error = await refusal(edited(change));
    expect(error.code).toBe('model-invalid');
    expect(error.message).toContain(sentence);
  });

  it('a card that is not JSON', async () => {
    const folder = edited();
    writeFileSync(join(folder, 'model.json'), '{');
    expect(await refusal(folder)).toMatchObject({
      code: 'model-invalid',
      message: expect.stringContaining('is not JSON'),
    });
  });

  it('golden rows that it does not score as the training tool did', async () => {
    const folder = edited(() => {}, true);
    const golden = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as { rows: { score: number }[] };
    const row = golden.rows[41];
    if (row) row.score += 2e-5;
    writeFileSync(join(folder, 'golden.json'), JSON.stringify(golden));
    expect(await refusal(folder)).toMatchObject({
      code: 'model-golden-mismatch',
      message: expect.stringContaining('row 42 of'),
    });
  });
});

describe('loadModel says', () => {
  it('what it could not check', async () => {
    const notices: string[] = [];
    const folder = edited((card) => {
      delete card.sha256;
    });
    const model = await loadModel(folder, { onNotice: (sentence) => notices.push(sentence) });
    await model.close();
    expect(notices).toEqual([
      expect.stringContaining('names no sha256'),
      expect.stringContaining('has no golden.json'),
    ]);
  });
});

it('readModelCard reads the card alone', async () => {
  expect((await readModelCard(original)).labels).toEqual(['on time', 'delayed']);
});
