import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { importPmml } from './index.js';
import { pmml } from './test-document.js';

const DICTIONARY =
  '<DataField name="x" optype="continuous" dataType="double"/><DataField name="y" optype="continuous" dataType="double"/>';
const SCHEMA = '<MiningSchema><MiningField name="y" usageType="target"/><MiningField name="x"/></MiningSchema>';

const regression = (inside: string, name = 'x'): string =>
  `<RegressionModel functionName="regression">${SCHEMA}${inside}
   <RegressionTable intercept="1"><NumericPredictor name="${name}" coefficient="2"/></RegressionTable></RegressionModel>`;

const good = pmml(DICTIONARY, regression(''));
const withDoctype = (doctype: string): string => good.replace('?>', `?>${doctype}`);
const derived = (expression: string): string =>
  pmml(
    DICTIONARY,
    regression(
      `<LocalTransformations><DerivedField name="d" optype="continuous" dataType="double">${expression}</DerivedField></LocalTransformations>`,
      'd',
    ),
  );
const nested = (depth: number): string =>
  derived(`${'<Apply function="abs">'.repeat(depth)}<FieldRef field="x"/>${'</Apply>'.repeat(depth)}`);

const laughs = Array.from({ length: 12 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join(
  '',
);

/** Writes a file and gives the error with which its import is refused. */
async function refused(content: string | Uint8Array): Promise<KitError> {
  const file = join(mkdtempSync(join(tmpdir(), 'pmml-')), 'model.pmml');
  writeFileSync(file, content);
  const error: unknown = await importPmml(file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof KitError) return error;
  throw new Error(`Not refused as it should be: ${String(error)}`);
}

describe('a file that is no PMML model', () => {
  it('is told from one that is', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'pmml-')), 'model.pmml');
    writeFileSync(file, good);
    expect((await importPmml(file)).card.task).toBe('regression');
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['an external entity', withDoctype('<!DOCTYPE PMML [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), /DOCTYPE/],
    ['an external document type', withDoctype('<!DOCTYPE PMML SYSTEM "http://127.0.0.1:9/pmml.dtd">'), /DOCTYPE/],
    [
      'a billion laughs',
      withDoctype(`<!DOCTYPE PMML [<!ENTITY l0 "ha">${laughs}]>`).replace('a tool', '&l12;'),
      /DOCTYPE/,
    ],
    ['an entity that is not declared', good.replace('a tool', '&nothing;'), /nothing|entity/],
    ['100,000 elements inside each other', nested(100_000), /nested deeper than/],
    ['half a document', good.slice(0, good.length / 2), /is not XML/],
    ['a tag that another closes', good.replace('</Header>', '</Heads>'), /is not XML/],
    ['nothing', '', /no element|is not XML/],
    ['blanks', ' \n ', /no element|is not XML/],
    ['a page', '<html><body/></html>', /no PMML document/],
    ['JSON', '{"PMML": {}}', /is not XML/],
    ['zeros', new Uint8Array(10_000), /is not XML/],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from(good), Buffer.from([0xff, 0xfe])]), /not text in/],
    ['another namespace', good.replace('http://www.dmg.org/PMML-4_4', 'http://example.org/other'), /namespace/],
    ['another version', good.replace('version="4.4"', 'version="5.0"'), /version "5.0"/],
    ['an unknown element', good.replace('<RegressionTable', '<Wizardry/><RegressionTable'), /Wizardry/],
    ['an unknown attribute', good.replace('intercept="1"', 'intercept="1" slope="2"'), /slope/],
    ['an unknown function', derived('<Apply function="x-guess"><FieldRef field="x"/></Apply>'), /"x-guess"/],
    ['an unknown model', good.replaceAll('RegressionModel', 'CrystalBall'), /CrystalBall/],
    ['no model', pmml(DICTIONARY, ''), /0 models/],
    ['an unknown field', good.replace('name="x" coefficient', 'name="q" coefficient'), /"q"/],
    ['a field derived from itself', derived('<FieldRef field="d"/>'), /derived from itself/],
    ['a coefficient that is no number', good.replace('coefficient="2"', 'coefficient="two"'), /"two"/],
  ])('%s: one sentence says so', async (_, content, sentence) => {
    const error = await refused(content);
    expect(error.code).toBe('model-invalid');
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain('\n');
    expect(error.message.length).toBeLessThan(400);
  });

  it('a file that is not there: one sentence says so', async () => {
    await expect(importPmml('/nowhere/model.pmml')).rejects.toMatchObject({ code: 'model-missing' });
  });
});
