import { describe, expect, it } from 'vitest';
import { pmml, refusalOf, scorePmml } from './test-document.js';

const DICTIONARY = ['x', 'y', 'z']
  .map((name) => `<DataField name="${name}" optype="continuous" dataType="double"/>`)
  .join('');

interface Parts {
  readonly kind?: string;
  readonly fields?: string;
  readonly more?: string;
}

const FIELDS = '<ClusteringField field="x"/><ClusteringField field="y"/><ClusteringField field="z"/>';

/** Two clusters, near (0, 0, 0) and far (3, 4, 12); of zeros and ones where similarities are asked for. */
function model(measure: string, { kind = 'distance', fields = FIELDS, more = '' }: Parts = {}): string {
  const far = kind === 'distance' ? '3 4 12' : '1 1 0';
  const near = kind === 'distance' ? '0 0 0' : '0 1 1';
  return pmml(
    DICTIONARY,
    `<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2">
       <MiningSchema><MiningField name="x"/><MiningField name="y"/><MiningField name="z"/></MiningSchema>
       <ComparisonMeasure kind="${kind}">${measure}</ComparisonMeasure>${fields}${more}
       <Cluster id="near"><Array n="3" type="real">${near}</Array></Cluster>
       <Cluster id="far"><Array n="3" type="real">${far}</Array></Cluster></ClusteringModel>`,
  );
}

const AT_FAR_BUT_ONE = { x: 3, y: 4, z: 11 };

describe('a ClusteringModel', () => {
  it.each([
    ['<euclidean/>', 1, Math.sqrt(146)],
    ['<squaredEuclidean/>', 1, 146],
    ['<cityBlock/>', 1, 18],
    ['<chebychev/>', 1, 11],
    ['<minkowski p-parameter="3"/>', 1, (27 + 64 + 1331) ** (1 / 3)],
  ])('measures by %s and names the nearest cluster', async (measure, toFar, toNear) => {
    const results = await scorePmml(model(measure), [AT_FAR_BUT_ONE, { x: -3, y: -4, z: -11 }]);
    expect(results[0]).toEqual({ score: expect.closeTo(toFar, 12), decision: 'far' });
    expect(results[1]).toEqual({ score: expect.closeTo(toNear, 12), decision: 'near' });
  });

  it('scales up by the weights of the fields that are missing', async () => {
    const more = '<MissingValueWeights><Array n="3" type="real">1 1 2</Array></MissingValueWeights>';
    const results = await scorePmml(model('<squaredEuclidean/>', { more }), [{ x: 1, y: 2 }, { z: 1 }, {}]);
    expect(results).toEqual([{ score: 5 * (4 / 2), decision: 'near' }, { score: 4 / 2, decision: 'near' }, null]);
  });

  it('weighs fields and compares each by its own function', async () => {
    const fields = `<ClusteringField field="x" compareFunction="gaussSim" similarityScale="2"/>
      <ClusteringField field="y" fieldWeight="10" compareFunction="delta"/><ClusteringField field="z" compareFunction="equal"/>`;
    const [result] = await scorePmml(model('<cityBlock/>', { fields }), [{ x: 2, y: 0, z: 0 }]);
    // ½ at the scale of gaussSim, 0 for the same y, 1 for the same z; to the other: 2^(-1/4) + 10 + 0.
    expect(result).toEqual({ score: expect.closeTo(1.5, 12), decision: 'near' });
  });

  it.each([
    ['<simpleMatching/>', 2 / 3],
    ['<jaccard/>', 1 / 2],
    ['<tanimoto/>', 2 / 4],
    [
      '<binarySimilarity c11-parameter="3" c10-parameter="0" c01-parameter="0" c00-parameter="1" d11-parameter="3" d10-parameter="1" d01-parameter="1" d00-parameter="1"/>',
      4 / 5,
    ],
  ])('takes 1 − similarity by %s for the distance', async (measure, similarity) => {
    // A 1 and a 0 in common with (1, 1, 0), and a 1 that only the center has; nothing in common with (0, 1, 1).
    const [result] = await scorePmml(model(measure, { kind: 'similarity' }), [{ x: 1, y: 0, z: 0 }]);
    expect(result).toEqual({ score: expect.closeTo(1 - similarity, 12), decision: 'far' });
  });

  it('refuses clusters by distribution, and comparisons by a table', () => {
    expect(refusalOf(model('<euclidean/>').replace('centerBased', 'distributionBased'))).toContain('distributionBased');
    const fields = FIELDS.replace('field="x"', 'field="x" compareFunction="table"');
    expect(refusalOf(model('<euclidean/>', { fields }))).toContain('compareFunction="table"');
  });
});
