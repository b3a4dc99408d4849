import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { championWithVotes, loadModel, type Model } from '#shared/scoring';
import {
  type BatchScorer,
  createTopologyTestDriver,
  type ScoredRow,
  StreamsBuilder,
  type TopologyTestDriver,
} from '#shared/streams';
import { produce } from './producer.js';
import { buildTopology } from './scorer.js';
import { disagreements, type Outcome, outcomes, type Passenger, passengers, predictions } from './topics.js';

const BOARDED_AT = Date.UTC(2012, 3, 10, 9, 30);

const bridget: Passenger = {
  id: 'P0700',
  boardedAt: BOARDED_AT,
  name: 'Bradley, Miss. Bridget Delia',
  sex: 'female',
  age: 22,
  passengerClass: '3rd',
  siblingsSpouses: 0,
  parentsChildren: 0,
};

async function driver(model: BatchScorer<object>): Promise<TopologyTestDriver> {
  const builder = new StreamsBuilder();
  buildTopology(builder, model);
  return createTopologyTestDriver(builder.build(), { wallClockMs: 1_234, deadLetterTopic: 'dead' });
}

const board = (topology: TopologyTestDriver, fields: Partial<Passenger> = {}, key: string | null = 'P0700') =>
  topology.pipe(passengers, [{ key, value: { ...bridget, ...fields }, timestamp: BOARDED_AT }]);

describe('what comes out, whatever the models say', () => {
  /** Two models that say what they are told. */
  const saying = (row: ScoredRow): BatchScorer<object> => ({
    name: 'champion',
    version: '7',
    score: (rows) => Promise.resolve(rows.map(() => row)),
  });
  const yes = { score: 0.6, decision: 'survived' };
  const no = { score: 0.4, decision: 'died', modelName: 'challenger', modelVersion: '9' };
  const because = ['sex', 'title', 'age', 'passengerClass'].map((name, index) => ({ name, contribution: 4 - index }));

  it('is a prediction of each passenger: the champion decides, the challenger has its say beside it', async () => {
    const topology = await driver(saying({ ...yes, reasons: because, challenger: no }));
    await board(topology);
    const { boardedAt: _, ...passenger } = bridget;
    expect(await topology.read(predictions)).toEqual([
      {
        key: 'P0700',
        timestamp: BOARDED_AT,
        headers: {},
        value: {
          ...passenger,
          ...yes,
          title: 'Miss',
          eventTime: BOARDED_AT,
          scoredAt: 1_234,
          modelName: 'champion',
          modelVersion: '7',
          reasons: because.slice(0, 3),
          challenger: { ...no, reasons: [] },
        },
      },
    ]);
  });

  it('is a disagreement where they decide differently, with what each said and why', async () => {
    const topology = await driver(saying({ ...yes, reasons: because, challenger: no }));
    await board(topology);
    const { boardedAt: _, ...passenger } = bridget;
    expect(await topology.read(disagreements)).toMatchObject([
      {
        key: 'P0700',
        value: {
          ...passenger,
          title: 'Miss',
          eventTime: BOARDED_AT,
          champion: { ...yes, modelName: 'champion', modelVersion: '7', reasons: because.slice(0, 3) },
          challenger: { ...no, reasons: [] },
        },
      },
    ]);
  });

  it.each([
    ['they agree, however far apart their scores', { ...no, score: 0.99, decision: 'survived' }],
    ['the challenger could not say', null],
    ['nobody challenges', undefined],
  ])('is no disagreement where %s', async (_, challenger) => {
    const topology = await driver(saying({ ...yes, ...(challenger !== undefined && { challenger }) }));
    await board(topology);
    expect(await topology.read(predictions)).toHaveLength(1);
    expect(await topology.read(disagreements)).toEqual([]);
  });

  it('is of when the passenger boarded, whenever that was written', async () => {
    const topology = await driver(saying(yes));
    await topology.pipe(passengers, [{ key: 'P0700', value: bridget, timestamp: Date.UTC(2026, 2, 5) }]);
    expect(await topology.read(predictions)).toMatchObject([
      { timestamp: BOARDED_AT, value: { eventTime: BOARDED_AT } },
    ]);
  });

  it('has the key of the passenger, whatever key came', async () => {
    const topology = await driver(saying({ ...yes, challenger: no }));
    await board(topology, {}, null);
    await board(topology, { id: 'P0701' }, 'another');
    expect((await topology.read(predictions)).map(({ key }) => key)).toEqual(['P0700', 'P0701']);
    expect((await topology.read(disagreements)).map(({ key }) => key)).toEqual(['P0700', 'P0701']);
  });
});

describe('the title, which only the name tells', () => {
  it.each([
    ['Bradley, Miss. Bridget Delia', 'Miss'],
    ['Sagesser, Mlle. Emma', 'Miss'],
    ['Reynaldo, Ms. Encarnacion', 'Miss'],
    ['Aubart, Mme. Leontine Pauline', 'Mrs'],
    ['Allison, Master. Hudson Trevor', 'Master'],
    ['Brown, Mr.', 'Mr'],
    ['Crosby, Capt. Edward Gifford', 'Other'],
    ['Rothes, the Countess. of (Lucy)', 'Other'],
    ['no comma. Mr', 'Other'],
    ['Bradley, Miss Bridget', 'Other'],
    ['', 'Other'],
  ])('of "%s" is %s', async (name, title) => {
    const asked: object[] = [];
    const topology = await driver({
      name: 'notes',
      version: '1',
      score: (rows) => {
        asked.push(...rows);
        return Promise.resolve(rows.map(() => ({ score: 0, decision: null })));
      },
    });
    await board(topology, { name });
    expect(asked).toMatchObject([{ title }]);
  });
});

describe('with the two models of this demo', () => {
  let champion: Model;
  let challenger: Model;
  let topology: TopologyTestDriver;
  beforeAll(async () => {
    const load = (folder: string): Promise<Model> =>
      loadModel(fileURLToPath(projectFile(`demos/titanic/${folder}`)), { reasons: true });
    [champion, challenger] = await Promise.all([load('model'), load('challenger')]);
    topology = await driver(championWithVotes(champion, challenger));
  });
  afterAll(() => Promise.all([champion.close(), challenger.close()]));

  it('a young woman of the third class is one that they disagree about, and the champion says what moved it', async () => {
    await board(topology);
    const [disagreement] = await topology.read(disagreements);
    expect(disagreement?.value).toMatchObject({
      champion: { decision: 'survived', modelName: 'titanic-logistic' },
      challenger: { decision: 'died', modelName: 'titanic-gru', reasons: [] },
    });
    const reasons = disagreement?.value?.champion.reasons ?? [];
    expect(reasons.map(({ name }) => name)).toEqual(['title', 'siblingsSpouses', 'passengerClass']);
    expect(await topology.read(predictions)).toHaveLength(1);
  });

  it.each([
    [{ sex: 'unknown' }, 'its "sex" is "unknown", which is none of female, male.'],
    [{ passengerClass: 'crew' }, 'its "passengerClass" is "crew", which is none of 1st, 2nd, 3rd.'],
  ])(
    '%j is no passenger that the champion knows: a dead letter, not a guess, though the challenger has one',
    async (fields, why) => {
      await board(topology, fields);
      expect(await topology.read(predictions)).toEqual([]);
      const [letter] = topology.readDeadLetters();
      expect(letter?.reason?.message).toContain(why);
    },
  );

  it('of the 1,309 they disagree about 58, and who is right in the end is a draw', async () => {
    const all = [...produce({ lap: 1, limit: Number.POSITIVE_INFINITY, seed: 1 })];
    await topology.pipeAll(
      all
        .filter(({ topic }) => topic === passengers)
        .map(({ topic, key, value, eventTime: timestamp }) => ({ topic, record: { key, value, timestamp } })),
    );
    expect(await topology.read(predictions)).toHaveLength(1_309);
    const ends = new Map(
      all
        .filter(({ topic }) => topic === outcomes)
        .map(({ value }) => value as Outcome)
        .map((outcome) => [outcome.id, outcome]),
    );
    const found = (await topology.read(disagreements)).flatMap(({ value }) => (value === null ? [] : [value]));
    expect(found).toHaveLength(58);
    const championRight = found.filter(
      ({ id, champion: { decision } }) => ends.get(id)?.survived === (decision === 'survived'),
    );
    expect(championRight).toHaveLength(28);
    // Of these no model was trained on thirteen.
    expect(found.filter(({ id }) => ends.get(id)?.heldOut)).toHaveLength(13);
  });
});

it('reads like a sentence: a stream, its features, scored, and what comes of it', () => {
  const builder = new StreamsBuilder();
  buildTopology(builder, { name: 'any', version: '1', score: () => Promise.resolve([]) });
  const description = builder.build().describe();
  expect(description.match(/Sub-topology/g)).toHaveLength(1);
  expect([...new Set(description.match(/KSTREAM-[A-Z]+/g))]).toEqual([
    'KSTREAM-SOURCE',
    'KSTREAM-MAPVALUES',
    'KSTREAM-SCORE',
    'KSTREAM-KEY',
    'KSTREAM-SINK',
    'KSTREAM-FLATMAPVALUES',
  ]);
});
