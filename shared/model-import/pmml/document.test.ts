import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compilePmml, importPmml } from './index.js';
import { pmml, refusalOf, scorePmml, scoresOf } from './test-document.js';

const DICTIONARY = `<DataField name="x" optype="continuous" dataType="double"/><DataField name="s" optype="categorical" dataType="string"/>
  <DataField name="y" optype="continuous" dataType="double"/>
  <DataField name="k" optype="categorical" dataType="string"><Value value="no"/><Value value="yes"/></DataField>`;

const linear = (inside = '', attributes = '') => `<RegressionModel functionName="regression" ${attributes}>
  <MiningSchema><MiningField name="y" usageType="target"/><MiningField name="x"/><MiningField name="s"/></MiningSchema>${inside}
  <RegressionTable intercept="1"><NumericPredictor name="x" coefficient="2"/><CategoricalPredictor name="s" value="a" coefficient="0.5"/></RegressionTable></RegressionModel>`;

const verification = (fields: string, rows: string) =>
  `<ModelVerification><VerificationFields>${fields}</VerificationFields><InlineTable>${rows}</InlineTable></ModelVerification>`;

describe('a PMML document', () => {
  it('makes golden rows of its verification', () => {
    const fields =
      '<VerificationField field="x"/><VerificationField field="s" column="data:s"/><VerificationField field="y" column="y" precision="1E-6"/>';
    const rows = '<row><x>1</x><s>a</s><y>3.5</y></row><row><x>2.5</x><y>6</y></row><row><s>a</s></row>';
    expect(compilePmml(pmml(DICTIONARY, linear(verification(fields, rows))), 'm.pmml').golden).toEqual({
      madeBy: 'a tool 1',
      tolerance: 6e-6,
      rows: [
        { input: { x: 1, s: 'a' }, score: 3.5 },
        { input: { x: 2.5 }, score: 6 },
      ],
    });
  });

  it('makes golden rows of probabilities', () => {
    const output =
      '<Output><OutputField name="p_no" feature="probability" value="no"/><OutputField name="class"/></Output>';
    const fields = '<VerificationField field="x"/><VerificationField field="p_no"/><VerificationField field="k"/>';
    const model = `<RegressionModel functionName="classification" normalizationMethod="logit">
      <MiningSchema><MiningField name="k" usageType="target"/><MiningField name="x"/></MiningSchema>${output}
      <RegressionTable intercept="0" targetCategory="yes"><NumericPredictor name="x" coefficient="1"/></RegressionTable>
      <RegressionTable intercept="0" targetCategory="no"/>${verification(fields, '<row><x>0</x><p_no>0.25</p_no><k>yes</k></row>')}</RegressionModel>`;
    expect(compilePmml(pmml(DICTIONARY, model), 'm.pmml').golden?.rows).toEqual([{ input: { x: 0 }, score: 0.75 }]);
  });

  it('bounds, rescales and rounds as its target says', async () => {
    const of = (attributes: string, values = '') =>
      scoresOf(pmml(DICTIONARY, linear(`<Targets><Target field="y" ${attributes}>${values}</Target></Targets>`)), [
        { x: 0.1 },
        { x: 10 },
        {},
      ]);
    expect(await of('rescaleFactor="3" rescaleConstant="10"')).toEqual([expect.closeTo(13.6, 12), 73, null]);
    expect(await of('min="2" max="5" rescaleFactor="3"')).toEqual([6, 15, null]);
    expect(await of('castInteger="round"')).toEqual([1, 21, null]);
    expect(await of('castInteger="ceiling"')).toEqual([2, 21, null]);
    expect(await of('castInteger="floor"', '<TargetValue defaultValue="-7"/>')).toEqual([1, 21, -7]);
  });

  it('gives the priors of its target where it predicts nothing', async () => {
    const tree = `<TreeModel functionName="classification"><MiningSchema><MiningField name="k" usageType="target"/><MiningField name="x"/></MiningSchema>
      <Targets><Target field="k"><TargetValue value="yes" priorProbability="0.2"/><TargetValue value="no" priorProbability="0.6"/></Target></Targets>
      <Node><True/><Node score="yes"><SimplePredicate field="x" operator="lessThan" value="1"/></Node></Node></TreeModel>`;
    expect(await scorePmml(pmml(DICTIONARY, tree), [{ x: 0 }, { x: 2 }])).toEqual([
      { score: 1, decision: 'yes' },
      { score: expect.closeTo(0.25, 12), decision: 'no' },
    ]);
  });

  it('may call its fields as values inside the graph are called', async () => {
    const text = pmml(DICTIONARY, linear()).replaceAll('"x"', '"prediction"').replaceAll('"s"', '"constant_0"');
    expect(await scoresOf(text, [{ prediction: 2, constant_0: 'a' }])).toEqual([5.5]);
  });

  it('predicts the same without a field of the record', async () => {
    const constant =
      '<TreeModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema><Node score="5"><True/></Node></TreeModel>';
    expect(refusalOf(pmml(DICTIONARY, constant))).toBe('The PMML model uses no field of the record.');
  });

  it('takes the name of the model, or the one that it is given', () => {
    const text = pmml(DICTIONARY, linear('', 'modelName="premium"'));
    expect(compilePmml(text, 'm.pmml').card.name).toBe('premium');
    expect(compilePmml(text, 'm.pmml', 'other').card.name).toBe('other');
  });

  it('is refused where it is none, of another version, without a model, or with several', () => {
    expect(refusalOf('<html/>')).toBe('PMML, line 1, html: this is no PMML document.');
    expect(refusalOf(pmml(DICTIONARY, linear()).replace('version="4.4"', 'version="5.0"'))).toContain('version "5.0"');
    expect(refusalOf(pmml(DICTIONARY, ''))).toContain('it holds 0 models');
    expect(refusalOf(pmml(DICTIONARY, linear() + linear()))).toContain('it holds 2 models');
    expect(refusalOf(pmml(DICTIONARY, '<SupportVectorMachineModel functionName="regression"/>'))).toContain(
      'SupportVectorMachineModel: this kind of model is not understood',
    );
  });

  it('is read from a file in the encoding that it declares', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'pmml-')), 'm.pmml');
    const text = pmml(DICTIONARY, linear().replace('"a"', '"é"')).replace(
      'version="1.0"?',
      'version="1.0" encoding="ISO-8859-1"?',
    );
    writeFileSync(file, text, 'latin1');
    expect((await importPmml(file)).graph.length).toBeGreaterThan(100);
    writeFileSync(file, text.replace('ISO-8859-1', 'UTF-8'), 'latin1');
    await expect(importPmml(file)).rejects.toThrow(`The file ${file} is not text in UTF-8`);
    await expect(importPmml('/no/such.pmml')).rejects.toMatchObject({ code: 'model-missing' });
  });
});
