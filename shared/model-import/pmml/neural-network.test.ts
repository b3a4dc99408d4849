import { describe, expect, it } from 'vitest';
import { pmml, refusalOf, scorePmml, scoresOf } from './test-document.js';

const DICTIONARY = `
  <DataField name="x" optype="continuous" dataType="double"/><DataField name="c" optype="categorical" dataType="string"/>
  <DataField name="amount" optype="continuous" dataType="double"/>
  <DataField name="answer" optype="categorical" dataType="string"><Value value="no"/><Value value="yes"/></DataField>`;

const INPUTS = `<NeuralInputs>
  <NeuralInput id="x"><DerivedField optype="continuous" dataType="double"><NormContinuous field="x"><LinearNorm orig="0" norm="0"/><LinearNorm orig="10" norm="1"/></NormContinuous></DerivedField></NeuralInput>
  <NeuralInput id="c"><DerivedField optype="continuous" dataType="double"><NormDiscrete field="c" value="a"/></DerivedField></NeuralInput></NeuralInputs>`;

const output = (neuron: string, expression: string): string =>
  `<NeuralOutput outputNeuron="${neuron}"><DerivedField optype="continuous" dataType="double">${expression}</DerivedField></NeuralOutput>`;

const network = (attributes: string, target: string, layers: string, outputs: string): string =>
  pmml(
    DICTIONARY,
    `<NeuralNetwork ${attributes}><MiningSchema><MiningField name="${target}" usageType="target"/><MiningField name="x"/><MiningField name="c"/></MiningSchema>
     ${INPUTS}${layers}<NeuralOutputs>${outputs}</NeuralOutputs></NeuralNetwork>`,
  );

const AMOUNT = output('n', '<FieldRef field="amount"/>');

/** One neuron: z = x/10 · 2 + c · 0.5 − 0.3 */
const neuron = (attributes = ''): string =>
  `<NeuralLayer ${attributes}><Neuron id="n" bias="-0.3"><Con from="x" weight="2"/><Con from="c" weight="0.5"/></Neuron></NeuralLayer>`;

describe('a NeuralNetwork', () => {
  it.each<[string, (z: number) => number]>([
    ['identity', (z) => z],
    ['logistic', (z) => 1 / (1 + Math.exp(-z))],
    ['tanh', Math.tanh],
    ['exponential', Math.exp],
    ['reciprocal', (z) => 1 / z],
    ['square', (z) => z * z],
    ['Gauss', (z) => Math.exp(-z * z)],
    ['sine', Math.sin],
    ['cosine', Math.cos],
    ['Elliott', (z) => z / (1 + Math.abs(z))],
    ['arctan', (z) => (2 * Math.atan(z)) / Math.PI],
    ['rectifier', (z) => Math.max(0, z)],
    ['threshold', (z) => (z > 0.2 ? 1 : 0)],
  ])('activates neurons by %s', async (name, expected) => {
    const text = network(
      `functionName="regression" activationFunction="${name}" threshold="0.2"`,
      'amount',
      neuron(),
      AMOUNT,
    );
    const rows = [-20, -1, 0.5, 2.5, 30].map((x) => ({ x, c: 'a' }));
    expect(await scoresOf(text, rows)).toEqual(rows.map(({ x }) => expect.closeTo(expected(x / 5 + 0.2), 12)));
  });

  it('activates by the distance from the weights with radial bases', async () => {
    const layer =
      '<NeuralLayer activationFunction="radialBasis" altitude="2"><Neuron id="n" width="0.5"><Con from="x" weight="2"/><Con from="c" weight="1"/></Neuron></NeuralLayer>';
    const text = network('functionName="regression" activationFunction="tanh"', 'amount', layer, AMOUNT);
    const z = (1.5 ** 2 + 0) / (2 * 0.5 ** 2);
    expect(await scoresOf(text, [{ x: 5, c: 'a' }])).toEqual([expect.closeTo(Math.exp(2 * Math.log(2) - z), 12)]);
  });

  it('gives no score where an input is missing', async () => {
    const text = network('functionName="regression" activationFunction="threshold"', 'amount', neuron(), AMOUNT);
    expect(await scoresOf(text, [{ c: 'a' }, { x: 1 }])).toEqual([null, null]);
  });

  it('takes from any neuron before, and leads normalized outputs back', async () => {
    const layers = `${neuron()}<NeuralLayer><Neuron id="last"><Con from="n" weight="1"/><Con from="x" weight="3"/></Neuron></NeuralLayer>`;
    const norm =
      '<NormContinuous field="amount"><LinearNorm orig="100" norm="0"/><LinearNorm orig="200" norm="1"/><LinearNorm orig="400" norm="2"/></NormContinuous>';
    const text = network(
      'functionName="regression" activationFunction="identity"',
      'amount',
      layers,
      output('last', norm),
    );
    const normalized = [0, 2, 4].map((x) => x / 5 + 0.2 + (x / 10) * 3);
    expect(normalized).toEqual([0.2, 1.2000000000000002, 2.2]);
    const rows = [0, 2, 4].map((x) => ({ x, c: 'a' }));
    expect(await scoresOf(text, rows)).toEqual([120, 240, 440].map((each) => expect.closeTo(each, 9)));
  });

  const CLASSES =
    output('no', '<NormDiscrete field="answer" value="no"/>') +
    output('yes', '<NormDiscrete field="answer" value="yes"/>');
  const layer = (attributes: string): string =>
    `<NeuralLayer ${attributes}><Neuron id="no"><Con from="x" weight="1"/></Neuron><Neuron id="yes"><Con from="x" weight="2"/></Neuron></NeuralLayer>`;
  const classes = (attributes: string): string =>
    network('functionName="classification" activationFunction="identity"', 'answer', layer(attributes), CLASSES);

  it('normalizes the last layer by softmax or simplemax', async () => {
    const rows = [{ x: 10, c: 'a' }];
    expect(await scoresOf(classes('normalizationMethod="softmax"'), rows)).toEqual([
      expect.closeTo(1 / (1 + Math.exp(-1)), 12),
    ]);
    expect(await scoresOf(classes('normalizationMethod="simplemax"'), rows)).toEqual([expect.closeTo(2 / 3, 12)]);
  });

  it('decides for the greater of two outputs where they are no probabilities', async () => {
    expect(
      await scorePmml(classes(''), [
        { x: 1, c: 'a' },
        { x: -1, c: 'a' },
      ]),
    ).toEqual([
      { score: 0.2, decision: 'yes' },
      { score: -0.1, decision: 'no' },
    ]);
  });

  it('refuses a connection from nowhere', () => {
    const text = network(
      'functionName="regression" activationFunction="tanh"',
      'amount',
      neuron().replace('from="x"', 'from="q"'),
      AMOUNT,
    );
    expect(refusalOf(text)).toMatch(/Con: from="q" is no neuron before this one/);
  });
});
