import { beforeEach, describe, expect, it } from 'vitest';
import type { DrawnLink } from './page/pipeline-state.js';
import { SamplePipeline, sampleTopology, scoringTopology } from './sample-pipeline.js';
import { parseTopologyText } from './topology-text.js';

const { edges, nodes } = parseTopologyText(sampleTopology());
const partitions = ['ns.demo.lines-0', 'ns.demo.names-0', 'ns.demo.scorer-again-repartition-0'];

let pipeline: SamplePipeline;
beforeEach(() => {
  pipeline = new SamplePipeline();
});

const state = () => pipeline.view.state();
const news = (): string[] => state().news.map(({ tone, sentence }) => `${tone}: ${sentence}`);

/** The rate of the line between two boxes, by what they are called. */
function flow(from: string, to: string): number | null | undefined {
  const { drawing, flows } = state();
  const named = (id: string): string => {
    const box = drawing?.boxes.find((each) => each.id === id);
    return box === undefined ? id : box.title === '' ? box.steps.map(({ words }) => words).join(' ') : box.title;
  };
  const place = drawing?.links.findIndex((link: DrawnLink) => named(link.from) === from && named(link.to) === to) ?? -1;
  return flows[place];
}

describe('the pipeline before anything is heard', () => {
  it('says that there is nothing to draw yet, and where a text cannot be read, that', () => {
    pipeline.look();
    expect(state()).toMatchObject({
      drawing: null,
      news: [],
      missing: expect.stringContaining('No scorer has said yet'),
    });
    pipeline.beat('a', { topology: '<b>nonsense</b>' });
    pipeline.look();
    expect(state()).toMatchObject({ drawing: null, missing: expect.stringContaining('Line 1 of the topology') });
  });
});

describe('what flows', () => {
  it('is the sum of the scorers that are heard, over five seconds, all the same', () => {
    const along = { a: 0, b: 0 };
    pipeline.pass(8, () => {
      along.a += 10;
      along.b += 30;
      pipeline.totals.input += 41;
      pipeline.beat('a', { edges: edges.map(() => along.a) });
      pipeline.beat('b', { edges: edges.map(() => along.b) });
    });
    expect(flow('lines', 'Left join names')).toBe(40);
    expect(flow('Left join names', 'long')).toBe(40);
    expect(flow('shorten', 'short-lines')).toBe(40);
    expect(flow('Producer', 'lines')).toBe(41);
    // Of other topics nobody counts what is sent to them, nor what a page reads.
    expect(flow('Producer', 'names')).toBeNull();
    expect(flow('long-lines', 'Page')).toBeNull();
    expect(news()).toEqual(['well: Everything flows: what comes in is taken at once.']);
    // Only b goes on.
    pipeline.pass(8, () => {
      along.b += 30;
      pipeline.beat('b', { edges: edges.map(() => along.b) });
    });
    expect(flow('Left join names', 'long')).toBe(30);
    pipeline.pass(8);
    expect(flow('Left join names', 'long')).toBe(0);
  });

  it('begins anew where a scorer counts less than before, and leaves out who runs something else', () => {
    let count = 1_000;
    pipeline.pass(3, () => {
      count += 10;
      pipeline.beat('a', { edges: edges.map(() => count) });
    });
    count = 0;
    pipeline.pass(1, () => pipeline.beat('a', { edges: edges.map(() => count) }));
    expect(flow('Left join names', 'long')).toBeNull();
    pipeline.pass(2, () => {
      count += 20;
      pipeline.beat('other', { topology: 'Topologies:\n', edges: [1] });
      pipeline.now += 1;
      pipeline.beat('a', { edges: edges.map(() => count) });
    });
    expect(flow('Left join names', 'long')).toBeCloseTo(20, 0);
  });
});

describe('what a pipeline has beside', () => {
  it('is failures by operator, entries by store, tasks by part, and who has which partitions', () => {
    const entries = (value: number) => [
      { metric: 'kafka_ml_streams_store_entries', labels: { store: 'names' }, value, buckets: [] },
    ];
    const long = nodes.findIndex(({ name }) => name === 'long');
    const failed = nodes.map((_, node) => (node === long ? 2 : 0));
    pipeline.totals.deadLettered = 5;
    pipeline.pass(1, () => {
      pipeline.beat('a', { failed, metrics: entries(7), tasks: partitions, recordsPerSecond: 12.34 });
      pipeline.beat('b', { failed, metrics: entries(4), tasks: ['ns.demo.lines-1', 'ns.demo.names-1'] });
    });
    expect(state()).toMatchObject({
      failed: { [long]: 4 },
      stores: { names: 11 },
      tasks: { 0: 2, 1: 1 },
      deadLetters: { total: 5 },
      scorers: [
        {
          instance: 'a',
          silentSeconds: null,
          recordsPerSecond: 12.3,
          has: [
            { topic: 'lines', partitions: [0] },
            { topic: 'names', partitions: [0] },
            { topic: 'again-repartition', partitions: [0] },
          ],
        },
        {
          instance: 'b',
          has: [
            { topic: 'lines', partitions: [1] },
            { topic: 'names', partitions: [1] },
          ],
        },
      ],
    });
  });
});

describe('where it is stuck', () => {
  const lines = () => pipeline.lag.get('ns.demo.lines') ?? { waiting: [], taken: [] };

  it('is nowhere where a lag goes up and down', () => {
    pipeline.pass(20, () => {
      pipeline.beat('a', { tasks: partitions });
      const up = pipeline.now % 2_000 === 0;
      lines().waiting = up ? [60, 70] : [0, 0];
      lines().taken = lines().taken.map((taken) => taken + (up ? 0 : 130));
    });
    expect(state().waiting['topic demo.lines']?.isStuck).toBe(false);
  });

  it('is where ever more waits though it is worked on', () => {
    pipeline.pass(8, () => {
      pipeline.beat('a', { tasks: partitions });
      lines().waiting = lines().waiting.map((waiting) => waiting + 40);
      lines().taken = lines().taken.map((taken) => taken + 30);
    });
    expect(state().waiting['topic demo.lines']).toEqual({
      records: 640,
      partitions: [320, 320],
      growth: 80,
      isStuck: true,
    });
    expect(news()).toEqual([
      'warning: Stuck at lines: more comes in than is scored. 640 records wait there, 80 more each second.',
    ]);
    // It is caught up with.
    pipeline.pass(12, () => {
      pipeline.beat('a');
      lines().waiting = lines().waiting.map((waiting) => waiting - 10);
      lines().taken = lines().taken.map((taken) => taken + 40);
    });
    expect(news()).toEqual(['note: Catching up at lines: 400 records wait, 20 fewer each second.']);
  });

  it('is nowhere where much waits that does not become more, which is said', () => {
    lines().waiting = [600, 400];
    pipeline.pass(8, () => {
      pipeline.beat('a', { tasks: partitions });
      lines().taken = lines().taken.map((taken) => taken + 25);
    });
    expect(news()).toEqual([
      'note: Behind at lines: 1,000 records wait, 20 s of work at this pace, and it does not become more.',
    ]);
  });

  it('is everywhere, and once in words, where the only scorer is silent', () => {
    pipeline.pass(1, () => pipeline.beat('scorer-1', { tasks: partitions }));
    pipeline.pass(9, () => {
      for (const each of pipeline.lag.values()) each.waiting = each.waiting.map((waiting) => waiting + 25);
    });
    const [told] = news();
    expect(news()).toHaveLength(1);
    expect(told).toBe(
      'critical: Stuck at names, lines and again-repartition: the scorer, scorer-1, has been silent for 9 s. 1,350 records wait there, 150 more each second.',
    );
    expect(state().scorers).toMatchObject([{ instance: 'scorer-1', silentSeconds: 9, recordsPerSecond: 0 }]);
  });

  it('is at the partitions of the one that is silent, where others go on', () => {
    pipeline.pass(1, () => pipeline.beat('b', { tasks: ['ns.demo.lines-1'] }));
    pipeline.pass(9, () => {
      pipeline.beat('a', { tasks: ['ns.demo.lines-0'] });
      lines().waiting = [0, (lines().waiting[1] ?? 0) + 30];
      lines().taken = [(lines().taken[0] ?? 0) + 30, 0];
    });
    expect(news()).toEqual([
      'warning: Stuck at partition 1 of lines: b, which had it, is silent. 270 records wait there, 30 more each second.',
    ]);
  });

  it('is told as a matter of sharing out while the scorers do that', () => {
    pipeline.pass(8, () => {
      pipeline.beat('a', { state: 'REBALANCING' });
      lines().waiting = lines().waiting.map((waiting) => waiting + 25);
    });
    expect(news()).toEqual([
      'warning: Waiting at lines: the scorers share out the partitions among them. 400 records wait there, 50 more each second.',
    ]);
  });

  it('is not known while the cluster is away, which is said alone', () => {
    pipeline.pass(3, () => pipeline.beat('a'));
    pipeline.clusterSilentSince = pipeline.now;
    pipeline.pass(7);
    expect(news()).toEqual([
      'critical: The cluster has not answered for 7 s: nothing can be read or written. The figures are the last ones seen.',
    ]);
  });

  it('is nowhere where records become dead letters, which is said all the same', () => {
    pipeline.pass(6, () => {
      pipeline.beat('a');
      pipeline.totals.deadLettered += 3;
    });
    expect(news()).toEqual(['warning: Records become dead letters, 3 a second; the rest flows on.']);
    expect(state().deadLetters).toEqual({ total: 18, perSecond: 3 });
  });
});

describe('what the page says beside', () => {
  const signal = { severity: 'warning', place: 'live/latency', since: 0 } as const;
  const slow = { ...signal, alert: 'ScoringSlow', sentence: 'The model takes long: a call of it 1.5 s.' };
  let along = 0;
  const flowing = (): void => {
    along += 10;
    pipeline.totals.input += 10;
    const { edges: scored } = parseTopologyText(scoringTopology());
    pipeline.beat('a', {
      topology: scoringTopology(),
      edges: scored.map((_, edge) => (edge === 0 ? along : along - 3)),
    });
  };
  const step = (words: string): number =>
    state()
      .drawing?.boxes.flatMap(({ steps }) => steps)
      .find((each) => each.words === words)?.node ?? -1;

  it('is never contradicted: where the model is slow not everything flows, and its step says how slow', () => {
    pipeline.pass(8, flowing);
    expect(news()).toEqual(['well: Everything flows: what comes in is taken at once.']);
    expect(state().slow).toEqual({});
    pipeline.signals = { signals: [slow], recovery: null };
    pipeline.scoringSeconds = 1.52;
    pipeline.pass(1, flowing);
    expect(news()).toEqual([`warning: ${slow.sentence}`]);
    expect(state().slow).toEqual({ [step('Score')]: 1.52 });
    const box = state().drawing?.boxes.find(({ id }) => id === state().news[0]?.box);
    expect(box?.steps.map(({ words }) => words)).toContain('Score');
  });

  it('is left out where it is not of the flow, or is said in the words of the pipeline', () => {
    pipeline.signals = {
      signals: [
        { ...signal, alert: 'InputDrift', sentence: 'It drifts.' },
        { ...signal, alert: 'DeadLetters', sentence: 'Records are not scored.' },
      ],
      recovery: null,
    };
    pipeline.pass(6, () => {
      flowing();
      pipeline.totals.deadLettered += 3;
    });
    expect(news()).toEqual(['warning: Records become dead letters, 3 a second; the rest flows on.']);
    pipeline.pass(9, flowing);
    expect(news()).toEqual(['warning: Records are not scored.']);
  });

  it('is said where it catches up faster than a topic alone would tell', () => {
    const sentence = 'Catching up: 900 records wait, about 3 s more.';
    pipeline.signals = { signals: [], recovery: { place: 'live/rate', since: 0, sentence } };
    pipeline.pass(8, flowing);
    expect(news()).toEqual([`note: ${sentence}`]);
  });

  it('is what a filter leaves out by its rule: no loss', () => {
    along = 0;
    pipeline.pass(8, flowing);
    expect(state().leftOut).toEqual({ [step('Filter')]: 3 });
  });
});
