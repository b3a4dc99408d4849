import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { GraphBuilder } from '#shared/onnx';
import { projectFile } from '#shared/project-file';

const TEXTS = ['carrier', 'origin', 'dest'];
const NUMBERS = ['distance', 'dayOfWeek', 'departureMinute', 'arrivalMinute'];
const KNOWN_LATER = new Set(['departureDelay', 'landedAt', 'arrivalDelay', 'weatherObservedAt', 'cancelled']);

/** Flights of the last quarter of 2013 as lines of JSON, as many as are asked for: the data begin anew when they run out. */
export function flightLines(count: number): string[] {
  const file = gunzipSync(readFileSync(projectFile('datasets/nycflights/flights-2013-q4.csv.gz'))).toString('latin1');
  const [header = '', ...rows] = file.trimEnd().split('\n');
  const columns = header.split(',');
  const lines = rows.slice(0, count).map((row) => {
    const cells = row.split(',');
    const fields = columns.flatMap((column, index): [string, string | number | null][] => {
      const cell = cells[index] ?? '';
      if (KNOWN_LATER.has(column)) return [];
      return [[column, cell === '' ? null : /^-?[\d.]+$/.test(cell) ? Number(cell) : cell]];
    });
    return JSON.stringify(Object.fromEntries(fields));
  });
  return Array.from({ length: count }, (_, index) => lines[index % lines.length] ?? '');
}

/**
 * Writes a model folder as R's glm() gives one: a coefficient for each level of three factors, four numbers, a sigmoid; with
 * its hash and 100 golden rows, whose scores are computed here.
 */
export function writeGlm(folder: string, rows: readonly Readonly<Record<string, unknown>>[]): void {
  const graph = new GraphBuilder('glm');
  const terms: string[] = [];
  const coefficients = new Map<string, Map<string, number>>();
  for (const name of TEXTS) {
    const levels = [...new Set(rows.map((row) => String(row[name])))].sort();
    const ofLevel = new Map(levels.map((level, index) => [level, Math.fround(Math.sin(index) / 2)]));
    coefficients.set(name, ofLevel);
    const encoder = {
      keys_strings: { strings: [...ofLevel.keys()] },
      values_floats: { floats: [...ofLevel.values()] },
      default_float: { float: 0 },
    };
    terms.push(graph.node('LabelEncoder', [graph.input(name, 'string', ['N', 1])], encoder, { domain: 'ai.onnx.ml' }));
  }
  const slopes = NUMBERS.map((_, index) => Math.fround(0.0002 * (index + 1)));
  const x = graph.input('x', 'float', ['N', NUMBERS.length]);
  terms.push(
    graph.node('Gemm', [x, graph.constant('float', slopes, [NUMBERS.length, 1]), graph.constant('float', [-2])]),
  );
  graph.node('Sigmoid', [graph.node('Sum', terms)], {}, { output: 'probability' });
  graph.output('probability', 'float', ['N', 1]);
  const bytes = graph.toBytes();
  const golden = rows.slice(0, 100).map((input) => {
    const levels = TEXTS.map((name) => coefficients.get(name)?.get(String(input[name])) ?? 0);
    const numbers = NUMBERS.map((name, index) => Number(input[name]) * (slopes[index] ?? 0));
    const eta = [...levels, ...numbers].reduce((sum, term) => sum + term, -2);
    return { input, score: 1 / (1 + Math.exp(-eta)) };
  });
  const card = {
    name: 'flight-delay-glm',
    version: '1',
    task: 'binary',
    inputs: [
      ...TEXTS.map((name) => ({ name, type: 'string' })),
      ...NUMBERS.map((name) => ({ name, type: 'number', tensor: 'x' })),
    ],
    output: { tensor: 'probability' },
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  writeFileSync(join(folder, 'model.onnx'), bytes);
  writeFileSync(join(folder, 'model.json'), JSON.stringify(card));
  writeFileSync(join(folder, 'golden.json'), JSON.stringify({ madeBy: 'bench', tolerance: 1e-5, rows: golden }));
}
