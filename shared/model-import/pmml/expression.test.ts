import { describe, expect, it } from 'vitest';
import { pmml, refusalOf, scoresOf } from './test-document.js';

const DICTIONARY = `
  <DataField name="x" optype="continuous" dataType="double"/>
  <DataField name="z" optype="continuous" dataType="double"/>
  <DataField name="i" optype="continuous" dataType="integer"/>
  <DataField name="f" optype="continuous" dataType="float"/>
  <DataField name="flag" optype="categorical" dataType="boolean"/>
  <DataField name="s" optype="categorical" dataType="string"/>
  <DataField name="c" optype="categorical" dataType="string"><Value value="Red"/><Value value="blue"/></DataField>
  <DataField name="y" optype="continuous" dataType="double"/>`;

/** A model whose prediction is the value of an expression. */
const modelOf = (expression: string, { dataType = 'double', transformations = '' } = {}) =>
  pmml(
    DICTIONARY,
    `<RegressionModel functionName="regression"><MiningSchema><MiningField name="y" usageType="target"/>
      ${['x', 'z', 'i', 'f', 'flag', 's', 'c'].map((name) => `<MiningField name="${name}" invalidValueTreatment="asIs"/>`).join('')}</MiningSchema>
      <LocalTransformations><DerivedField name="d" optype="continuous" dataType="${dataType}">${expression}</DerivedField></LocalTransformations>
      <RegressionTable intercept="0"><NumericPredictor name="d" coefficient="1"/></RegressionTable></RegressionModel>`,
    transformations,
  );

const field = (name: string) => `<FieldRef field="${name}"/>`;
const number = (value: number | string) => `<Constant>${value}</Constant>`;
const apply = (name: string, ...operands: string[]) => `<Apply function="${name}">${operands.join('')}</Apply>`;

const values = (expression: string, rows: readonly object[]) => scoresOf(modelOf(expression), rows);
const close = (value: number) => expect.closeTo(value, 12);

describe('an expression', () => {
  it('normalizes piecewise, and beyond the ends as it says', async () => {
    const norm = (attributes = '') =>
      `<NormContinuous field="x" ${attributes}><LinearNorm orig="0" norm="1"/><LinearNorm orig="2" norm="5"/><LinearNorm orig="4" norm="6"/></NormContinuous>`;
    const rows = [-1, 0, 1, 2, 3, 4, 6].map((x) => ({ x }));
    expect(await values(norm(), [...rows, {}])).toEqual([-1, 1, 3, 5, 5.5, 6, 7, null]);
    expect(await values(norm('outliers="asExtremeValues"'), rows)).toEqual([1, 1, 3, 5, 5.5, 6, 6]);
    expect(await values(norm('outliers="asMissingValues"'), rows)).toEqual([null, 1, 3, 5, 5.5, 6, null]);
    expect(await values(norm('mapMissingTo="0.25"'), [{}, { x: 1 }])).toEqual([0.25, 3]);
  });

  it('indicates a category, as a text, a number or a boolean', async () => {
    const norm = (name: string, value: string, more = '') => `<NormDiscrete field="${name}" value="${value}" ${more}/>`;
    expect(await values(norm('s', 'a'), [{ s: 'a' }, { s: 'b' }, {}])).toEqual([1, 0, null]);
    expect(await values(norm('s', 'a', 'mapMissingTo="0.5"'), [{ s: 'a' }, {}])).toEqual([1, 0.5]);
    expect(await values(norm('i', '3'), [{ i: 3 }, { i: 4 }])).toEqual([1, 0]);
    expect(await values(norm('flag', 'true'), [{ flag: true }, { flag: false }, {}])).toEqual([1, 0, null]);
    expect(await values(norm('flag', 'false'), [{ flag: true }, { flag: false }])).toEqual([0, 1]);
  });

  it('puts numbers into bins', async () => {
    const bins = (attributes: string) => `<Discretize field="x" ${attributes}>
      <DiscretizeBin binValue="1"><Interval closure="openClosed" rightMargin="0"/></DiscretizeBin>
      <DiscretizeBin binValue="2"><Interval closure="openOpen" leftMargin="0" rightMargin="1"/></DiscretizeBin>
      <DiscretizeBin binValue="3"><Interval closure="closedOpen" leftMargin="1" rightMargin="2"/></DiscretizeBin></Discretize>`;
    const rows = [{ x: -5 }, { x: 0 }, { x: 0.5 }, { x: 1 }, { x: 2 }, {}];
    expect(await values(bins('dataType="integer"'), rows)).toEqual([1, 1, 2, 3, null, null]);
    expect(await values(bins('dataType="double" defaultValue="9" mapMissingTo="-1"'), rows)).toEqual([
      1, 1, 2, 3, 9, -1,
    ]);
  });

  it('looks values up in a table, by one field or several', async () => {
    const row = (s: string, i: string, out: string) => `<row><s>${s}</s><i>${i}</i><out>${out}</out></row>`;
    const table = `<InlineTable>${row('a', '1', '10')}${row('b', '2', '20')}</InlineTable>`;
    const map = (pairs: string, attributes = '') =>
      `<MapValues outputColumn="out" dataType="double" ${attributes}>${pairs}${table}</MapValues>`;
    const byText = '<FieldColumnPair field="s" column="s"/>';
    const byBoth = `${byText}<FieldColumnPair field="i" column="i"/>`;
    const rows = [{ s: 'a', i: 1 }, { s: 'b', i: 2 }, { s: 'a', i: 2 }, { s: 'q', i: 1 }, { s: 'a' }, { i: 1 }];
    expect(await values(map(byText), rows)).toEqual([10, 20, 10, null, 10, null]);
    expect(await values(map(byText, 'defaultValue="5" mapMissingTo="6"'), rows)).toEqual([10, 20, 10, 5, 10, 6]);
    expect(await values(map(byBoth, 'defaultValue="5" mapMissingTo="6"'), rows)).toEqual([10, 20, 5, 5, 6, 6]);
  });

  it('calculates, in the type of the operands', async () => {
    const rows = [{ x: 7, z: 2, i: 7 }];
    const of = async (expression: string) => (await values(expression, rows))[0];
    expect(await of(apply('+', field('x'), number(0.5)))).toBe(7.5);
    expect(await of(apply('-', field('x'), field('z')))).toBe(5);
    expect(await of(apply('*', field('x'), field('z')))).toBe(14);
    expect(await of(apply('/', field('x'), field('z')))).toBe(3.5);
    expect(await of(apply('/', field('i'), number(2)))).toBe(3);
    expect(await of(apply('/', field('i'), number(-2)))).toBe(-3);
    expect(await of(apply('/', field('i'), number('2.0')))).toBe(3.5);
    expect(await of(apply('modulo', apply('-', number(0), field('x')), number(3)))).toBe(2);
    expect(await of(apply('pow', field('x'), field('z')))).toBe(49);
    expect(await of(apply('threshold', field('x'), number(7)))).toBe(0);
    expect(await of(apply('threshold', field('x'), number(6.9)))).toBe(1);
    expect(await of(apply('min', field('x'), field('z'), number(3)))).toBe(2);
    expect(await of(apply('max', field('x'), field('z'), number(9)))).toBe(9);
    expect(await of(apply('sum', field('x'), field('z'), number(1)))).toBe(10);
    expect(await of(apply('avg', field('x'), field('z'), number(1)))).toBe(10 / 3);
    expect(await of(apply('product', field('x'), field('z')))).toBe(14);
  });

  it('rounds what a float cannot hold', async () => {
    const [product] = await values(apply('*', field('f'), field('f')), [{ f: 0.1 }]);
    expect(product).toBe(Math.fround(Math.fround(0.1) * Math.fround(0.1)));
    // And compares in the type of the first operand.
    const both = [apply('equal', field('f'), number(0.1)), apply('equal', number(0.1), field('f'))];
    for (const [index, equal] of both.entries()) {
      expect(await values(apply('if', equal, number(1), number(0)), [{ f: 0.1 }])).toEqual([1 - index]);
    }
  });

  it.each([
    ['exp', 0.3, Math.exp(0.3)],
    ['expm1', 0.3, Math.expm1(0.3)],
    ['ln', 0.3, Math.log(0.3)],
    ['ln1p', 0.3, Math.log1p(0.3)],
    ['log10', 1_000, 3],
    ['sqrt', 0.3, Math.sqrt(0.3)],
    ['abs', -0.3, 0.3],
    ['floor', -0.3, -1],
    ['ceil', 0.3, 1],
    ['round', 2.5, 3],
    ['round', -2.5, -2],
    ['round', 0.49999999999999994, 0],
    ['rint', 2.5, 2],
    ['sin', 0.3, Math.sin(0.3)],
    ['cos', 0.3, Math.cos(0.3)],
    ['tan', 0.3, Math.tan(0.3)],
    ['tanh', 0.3, Math.tanh(0.3)],
  ])('knows the function %s of %d', async (name, x, expected) => {
    const [found, missing] = await values(apply(name, field('x')), [{ x }, {}]);
    expect(found === 0 ? 0 : found).toEqual(close(expected));
    expect(missing).toBeNull();
  });

  it('leaves missing operands out of sums and extremes, and makes missing what any other function gets', async () => {
    const rows = [{ x: 1, z: 4 }, { x: 1 }, {}];
    expect(await values(apply('sum', field('x'), field('z')), rows)).toEqual([5, 1, null]);
    expect(await values(apply('avg', field('x'), field('z')), rows)).toEqual([2.5, 1, null]);
    expect(await values(apply('max', field('x'), field('z')), rows)).toEqual([4, 1, null]);
    expect(await values(apply('+', field('x'), field('z')), rows)).toEqual([5, null, null]);
    const mapped = '<Apply function="+" mapMissingTo="-1"><FieldRef field="x"/><FieldRef field="z"/></Apply>';
    expect(await values(mapped, rows)).toEqual([5, -1, -1]);
    const defaulted = '<Apply function="+" defaultValue="-2"><FieldRef field="x"/><FieldRef field="z"/></Apply>';
    expect(await values(defaulted, rows)).toEqual([5, -2, -2]);
    expect(await values('<FieldRef field="x" mapMissingTo="8"/>', rows)).toEqual([1, 1, 8]);
  });

  it('is nothing where a function is undefined, unless that is in a branch that is not taken', async () => {
    const root = apply('sqrt', field('x'));
    const rows = [{ x: 4 }, { x: -4 }, {}];
    const orElse = (more: string) =>
      `<Apply function="sum"><Apply function="sqrt" ${more}><FieldRef field="x"/></Apply><Constant dataType="double">1</Constant></Apply>`;
    expect(await values(orElse(''), rows)).toEqual([3, null, 1]);
    expect(await values(orElse('invalidValueTreatment="asMissing" defaultValue="5"'), rows)).toEqual([3, 6, 6]);
    const guarded = apply('if', apply('lessThan', field('x'), number(0)), number(7), root);
    expect(await values(guarded, rows)).toEqual([2, 7, null]);
  });

  it('decides', async () => {
    const when = (condition: string) => apply('if', condition, number(1), number(0));
    const rows = [
      { x: 1, z: 2, s: 'a', c: 'Red' },
      { x: 2, z: 2, s: 'b', c: 'blue' },
      { x: 3, z: 2, s: 'Red', c: 'Red' },
      {},
    ];
    const of = (condition: string) => values(when(condition), rows);
    expect(await of(apply('lessThan', field('x'), field('z')))).toEqual([1, 0, 0, null]);
    expect(await of(apply('lessOrEqual', field('x'), field('z')))).toEqual([1, 1, 0, null]);
    expect(await of(apply('greaterThan', field('x'), field('z')))).toEqual([0, 0, 1, null]);
    expect(await of(apply('greaterOrEqual', field('x'), field('z')))).toEqual([0, 1, 1, null]);
    expect(await of(apply('equal', field('x'), number(2)))).toEqual([0, 1, 0, null]);
    expect(await of(apply('notEqual', field('x'), number(2)))).toEqual([1, 0, 1, null]);
    expect(await of(apply('equal', field('s'), '<Constant dataType="string">a</Constant>'))).toEqual([1, 0, 0, null]);

    expect(await of(apply('isMissing', field('x')))).toEqual([0, 0, 0, 1]);
    expect(await of(apply('isNotMissing', field('s')))).toEqual([1, 1, 1, 0]);
    expect(await of(apply('isIn', field('x'), number(1), number(3)))).toEqual([1, 0, 1, 0]);
    expect(await of(apply('isNotIn', field('s'), number('a'), number('b')))).toEqual([0, 0, 1, 1]);
    const less = apply('lessThan', field('x'), number(2.5));
    expect(await of(apply('and', less, apply('equal', field('s'), number('a'))))).toEqual([1, 0, 0, null]);
    expect(await of(apply('or', less, apply('isMissing', field('x'))))).toEqual([1, 1, 0, 1]);
    expect(await of(apply('not', less))).toEqual([0, 0, 1, null]);
    expect(await values(apply('if', less, field('z')), rows)).toEqual([2, 2, null, null]);
  });

  it('compares a text with a constant that looks like a number as texts', async () => {
    const when = apply('if', apply('equal', field('s'), number(1)), number(5), number(6));
    expect(await values(when, [{ s: '1' }, { s: '01' }])).toEqual([5, 6]);
  });

  it('makes texts of texts where it knows them', async () => {
    const is = (name: string, text: string) =>
      apply('if', apply('equal', apply(name, field('c')), number(text)), number(1), number(0));
    const known = (expression: string) => modelOf(expression).replaceAll('invalidValueTreatment="asIs"', '');
    const rows = [{ c: 'Red' }, { c: 'blue' }];
    expect(await scoresOf(known(is('uppercase', 'RED')), rows)).toEqual([1, 0]);
    expect(await scoresOf(known(is('lowercase', 'blue')), rows)).toEqual([0, 1]);
    const spelled = (expression: string, text: string) =>
      known(apply('if', apply('equal', expression, number(text)), number(1), number(0)));
    expect(await scoresOf(spelled(apply('substring', field('c'), number(2), number(2)), 'ed'), rows)).toEqual([1, 0]);
    const joined = apply('concat', field('c'), number('-'), field('c'));
    expect(await scoresOf(spelled(joined, 'blue-blue'), [...rows, {}])).toEqual([0, 1, 0]);
    expect(await scoresOf(spelled(joined, '-'), [...rows, {}])).toEqual([0, 0, 1]);
    const same = apply('if', apply('equal', field('s'), field('c')), number(1), number(0));
    expect(
      await scoresOf(known(same), [{ s: 'Red', c: 'Red' }, { s: 'Red', c: 'blue' }, { s: 'q', c: 'blue' }, {}]),
    ).toEqual([1, 0, 0, null]);
    expect(await scoresOf(known(apply('stringLength', field('c'))), rows)).toEqual([3, 4]);
    expect(refusalOf(modelOf(is('uppercase', 'RED').replace('"c"', '"s"')))).toContain(
      'whose values the document declares',
    );
  });

  it('writes the functions of the document in place', async () => {
    const transformations = `<DefineFunction name="twice" optype="continuous" dataType="double"><ParameterField name="v" dataType="double"/>
        ${apply('*', field('v'), number(2))}</DefineFunction>
      <DefineFunction name="quad" optype="continuous" dataType="double"><ParameterField name="v"/>${apply('twice', apply('twice', field('v')))}</DefineFunction>
      <DefineFunction name="loop" optype="continuous" dataType="double"><ParameterField name="v"/>${apply('loop', field('v'))}</DefineFunction>
      <DefineFunction name="other" optype="continuous" dataType="double"><ParameterField name="v"/>${field('x')}</DefineFunction>`;
    const of = (expression: string) => modelOf(expression, { transformations });
    expect(await scoresOf(of(apply('quad', field('x'))), [{ x: 1.5 }, {}])).toEqual([6, null]);
    expect(refusalOf(of(apply('loop', field('x'))))).toContain('the function "loop" calls itself');
    expect(refusalOf(of(apply('other', field('x'))))).toContain('"x" is no parameter of the function "other"');
    expect(refusalOf(of(apply('twice', field('x'), field('z'))))).toContain(
      '"twice" takes 1 arguments, and there are 2',
    );
  });

  it('refuses what it does not understand, by name', () => {
    expect(refusalOf(modelOf(apply('formatNumber', field('x'), number('%d'))))).toContain(
      'the function "formatNumber" is not understood',
    );
    expect(refusalOf(modelOf('<Lag field="x"/>'))).toContain('Lag: this expression is not understood');
    expect(refusalOf(modelOf(field('d')))).toContain('the field "d" is derived from itself');
    expect(refusalOf(modelOf(field('s')))).toContain('a text is used as a number');
    expect(refusalOf(modelOf(apply('lessThan', field('s'), field('x'))))).toContain('not text and number');
    expect(refusalOf(modelOf(field('x'), { dataType: 'dateTime' }))).toContain('dataType="dateTime" is not understood');
  });
});
