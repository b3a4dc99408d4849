import { readFileSync } from 'node:fs';
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { type Random, seededRandom } from '#shared/testing';
import { compilePmml } from './index.js';
import { corpusNames, documentOf } from './judge/corpus.js';

const STRANGE = ['', 'x', '-1', '1e999', 'NaN', 'INF', 'true', 'integer', 'string', 'double'];

/** A document with one attribute or empty element left out, doubled, or put in the place of another. */
function mutant(text: string, random: Random): string {
  const pick = <Item>(from: readonly Item[]): Item | undefined => from[Math.floor(random() * from.length)];
  // The XML declaration stays: that a file is no XML is specified elsewhere.
  const body = text.indexOf('<PMML');
  const attributes = [...text.matchAll(/ ([A-Za-z]+)="([^"]*)"/g)].filter(({ index }) => index > body);
  const elements = [...text.matchAll(/<[A-Za-z]+[^<>]*\/>/g)];
  const replaced = (found: RegExpExecArray | undefined, by: string): string =>
    found === undefined ? text : text.slice(0, found.index) + by + text.slice(found.index + found[0].length);
  const attribute = pick(attributes);
  const element = pick(elements);
  const [, name = ''] = attribute ?? [];
  switch (pick(['without', 'strange', 'other', 'gone', 'twice'])) {
    case 'without':
      return replaced(attribute, '');
    case 'strange':
      return replaced(attribute, ` ${name}="${pick(STRANGE)}"`);
    case 'other':
      return replaced(attribute, ` ${name}="${pick(attributes)?.[2]}"`);
    case 'gone':
      return replaced(element, '');
    default:
      return replaced(element, `${element?.[0]}${element?.[0]}`);
  }
}

describe('a document that is wrong somewhere', () => {
  it('is refused in a sentence that names the place, or becomes a graph that the runtime takes', async () => {
    const random = seededRandom(20);
    const faults: string[] = [];
    let refused = 0;
    let imported = 0;
    for (const name of corpusNames()) {
      const text = readFileSync(documentOf(name), 'utf8');
      for (let count = 0; count < 4; count += 1) {
        try {
          const { graph } = compilePmml(mutant(text, random), name);
          imported += 1;
          // Every fourth, for the runtime takes its time.
          if (count === 0) await (await InferenceSession.create(graph, { logSeverityLevel: 4 })).release();
        } catch (error) {
          if (error instanceof KitError && /^(PMML, line \d+, |The PMML model )/.test(error.message)) refused += 1;
          else faults.push(`${name}: ${String(error)}`);
        }
      }
    }
    expect(faults).toEqual([]);
    expect(refused).toBeGreaterThan(200);
    expect(imported).toBeGreaterThan(100);
  });
});
