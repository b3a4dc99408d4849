import { describe, expect, it } from 'vitest';
import { pmml, refusalOf, scoresOf } from './test-document.js';

const DICTIONARY = `
  <DataField name="gender" optype="categorical" dataType="string"><Value value="female"/><Value value="male"/></DataField>
  <DataField name="claims" optype="continuous" dataType="integer"/>
  <DataField name="age" optype="continuous" dataType="double"/>
  <DataField name="risk" optype="categorical" dataType="string"><Value value="low"/><Value value="high"/></DataField>`;

const counts = (low: number, high: number) =>
  `<TargetValueCounts><TargetValueCount value="low" count="${low}"/><TargetValueCount value="high" count="${high}"/></TargetValueCounts>`;

const model = (inputs: string, threshold = 0.001) =>
  pmml(
    DICTIONARY,
    `<NaiveBayesModel functionName="classification" threshold="${threshold}"><MiningSchema>
       <MiningField name="risk" usageType="target"/>
       <MiningField name="gender" invalidValueTreatment="asIs"/><MiningField name="claims"/><MiningField name="age"/></MiningSchema>
     <BayesInputs>${inputs}</BayesInputs><BayesOutput fieldName="risk">${counts(75, 25)}</BayesOutput></NaiveBayesModel>`,
  );

const GENDER = `<BayesInput fieldName="gender">
  <PairCounts value="female">${counts(50, 5)}</PairCounts><PairCounts value="male">${counts(0, 20)}</PairCounts></BayesInput>`;

const stats = (low: string, high: string) =>
  `<TargetValueStats><TargetValueStat value="low">${low}</TargetValueStat><TargetValueStat value="high">${high}</TargetValueStat></TargetValueStats>`;

/** The probability of "high" from what speaks for it and against it. */
const share = (low: number, high: number): unknown => expect.closeTo(high / (low + high), 12);

describe('a NaiveBayesModel', () => {
  it('multiplies the classes’ counts with the share of each value, which is never below the threshold', async () => {
    expect(await scoresOf(model(GENDER), [{ gender: 'female' }, { gender: 'male' }])).toEqual([
      share(75 * (50 / 50), 25 * (5 / 25)),
      share(75 * 0.001, 25 * (20 / 25)),
    ]);
  });

  it('leaves out what is missing, and what was never counted', async () => {
    expect(await scoresOf(model(GENDER), [{}, { gender: 'unknown' }])).toEqual([share(75, 25), share(75, 25)]);
  });

  it('takes densities of normal distributions', async () => {
    const age = `<BayesInput fieldName="age">${stats(
      '<GaussianDistribution mean="40" variance="25"/>',
      '<GaussianDistribution mean="30" variance="100"/>',
    )}</BayesInput>`;
    const density = (x: number, mean: number, variance: number): number =>
      Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
    expect(await scoresOf(model(age), [{ age: 35 }, {}, { age: 400 }])).toEqual([
      share(75 * density(35, 40, 25), 25 * density(35, 30, 100)),
      share(75, 25),
      // Both are below the threshold.
      share(75, 25),
    ]);
  });

  it('takes probabilities of Poisson distributions, small counts and large ones', async () => {
    const claims = `<BayesInput fieldName="claims">${stats('<PoissonDistribution mean="2"/>', '<PoissonDistribution mean="20"/>')}</BayesInput>`;
    const probability = (n: number, mean: number): number => {
      let p = Math.exp(-mean);
      for (let k = 1; k <= n; k += 1) p *= mean / k;
      return p;
    };
    const rows = [0, 3, 15, 16, 40].map((n) => ({ claims: n }));
    expect(await scoresOf(model(claims, 1e-300), rows)).toEqual(
      rows.map(({ claims: n }) => share(75 * probability(n, 2), 25 * probability(n, 20))),
    );
  });

  it('refuses other distributions by name', () => {
    const age = `<BayesInput fieldName="age">${stats('<UniformDistribution lower="0" upper="1"/>', '<UniformDistribution lower="0" upper="1"/>')}</BayesInput>`;
    expect(refusalOf(model(age))).toContain('UniformDistribution');
  });
});
