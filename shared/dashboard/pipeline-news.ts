import type { LagTrend } from './lag-course.js';
import type { PipelineNews, PipelineScorer } from './page/pipeline-state.js';
import type { Signals } from './page/signal-state.js';

/** What is known of a topic that is read. */
export interface ReadTopic {
  readonly box: string;
  readonly title: string;
  readonly trend: LagTrend;
}

interface Known {
  readonly topics: readonly ReadTopic[];
  readonly scorers: readonly PipelineScorer[];
  /** Since how many seconds the cluster does not answer. */
  readonly clusterSilentSeconds: number | undefined;
  /** Whether anything went along. */
  readonly flows: boolean;
  readonly deadLettersPerSecond: number;
  /** What the page as a whole says; undefined where nobody looks. */
  readonly signals?: Pick<Signals, 'signals' | 'recovery'> | undefined;
  /** The boxes at which alerts are seen. */
  readonly boxes?: Readonly<Record<string, string | undefined>>;
}

/** A sentence, and the alerts that say the same. */
interface Told extends PipelineNews {
  readonly covers: readonly string[];
}

/** Alerts of what flows, or does not: with one of these on, nobody may read here that everything does. */
const ofFlow = new Set([
  'KafkaUnreachable',
  'ScorerDown',
  'ScorerSilent',
  'ScoringSlow',
  'DeadLetters',
  'RecordsLate',
  'ConsumerStuck',
  'ScorerBehind',
  'PredictionLatencyHigh',
  'NothingProduced',
  'RecordsMissing',
  'RecordsDuplicated',
]);

const tones = ['critical', 'warning', 'note', 'well'] as const;
const MOST_TOLD = 3;

/** Nobody has to be told of fewer waiting records than these, or than are taken in so many seconds. */
const [FEW_RECORDS, FEW_SECONDS] = [100, 2];

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const count = (value: number): string => whole.format(value);
const records = (value: number): string => `${count(value)} record${value === 1 ? '' : 's'}`;

/** Where it is stuck, and why as far as that can be known; or that all is well. The cause comes before what comes of it. */
export function pipelineNews({
  topics,
  scorers,
  clusterSilentSeconds,
  flows,
  deadLettersPerSecond,
  signals,
  boxes,
}: Known): PipelineNews[] {
  if (clusterSilentSeconds !== undefined) {
    return [
      {
        tone: 'critical',
        sentence: `The cluster has not answered for ${count(clusterSilentSeconds)} s: nothing can be read or written. The figures are the last ones seen.`,
        box: null,
      },
    ];
  }
  const stuck = topics.filter(({ trend }) => trend.isStuck).toSorted((a, b) => b.trend.records - a.trend.records);
  const told: Told[] = byCause(stuck, scorers).map(stuckInWords);
  const silent = scorers.filter(({ silentSeconds }) => silentSeconds !== null);
  // Where records wait already, the sentence about them says whose fault it is.
  if (stuck.length === 0 && silent.length > 0 && silent.length === scorers.length) {
    told.push({ tone: 'critical', sentence: `Nobody scores: ${silence(silent)}.`, box: null, covers: ['ScorerDown'] });
  }
  if (deadLettersPerSecond > 0) {
    const rate = deadLettersPerSecond < 1 ? 'now and then one' : `${count(deadLettersPerSecond)} a second`;
    told.push({
      tone: 'warning',
      sentence: `Records become dead letters, ${rate}; the rest flows on.`,
      box: 'dead-letters',
      covers: ['DeadLetters'],
    });
  }
  const behind = topics.filter(({ trend }) => !trend.isStuck && isBehind(trend));
  if (behind.length > 0) told.push(behindInWords(behind));
  told.push(...otherSignals(told, signals, boxes));
  if (told.length > 0) {
    const byTone = told.toSorted((one, other) => tones.indexOf(one.tone) - tones.indexOf(other.tone));
    return byTone.slice(0, MOST_TOLD).map(({ tone, sentence, box }) => ({ tone, sentence, box }));
  }
  if (flows) return [{ tone: 'well', sentence: 'Everything flows: what comes in is taken at once.', box: null }];
  const waits = topics.some(({ trend }) => trend.records > 0);
  const sentence = waits ? 'Nothing flows at this moment.' : 'Nothing comes in, and nothing waits.';
  return [{ tone: 'well', sentence, box: null }];
}

/** What the page says of the flow that is not said here yet. */
function otherSignals(told: readonly Told[], of: Known['signals'], boxes: Known['boxes'] = {}): Told[] {
  const covered = new Set(told.flatMap(({ covers }) => covers));
  const others = (of?.signals ?? [])
    .filter(({ alert }) => ofFlow.has(alert) && !covered.has(alert))
    .map(({ alert, severity, sentence }): Told => {
      return { tone: severity, sentence, box: boxes[alert] ?? null, covers: [alert] };
    });
  const { recovery } = of ?? {};
  if (!recovery || told.length + others.length > 0) return others;
  return [{ tone: 'note', sentence: recovery.sentence, box: null, covers: [] }];
}

function isBehind({ records: waiting, taken }: LagTrend): boolean {
  return waiting >= FEW_RECORDS && waiting > FEW_SECONDS * taken;
}

/** Records wait, but not ever more of them: it catches up, or has as much to do as comes in. */
function behindInWords(topics: readonly ReadTopic[]): Told {
  const sum = (what: (trend: LagTrend) => number): number =>
    topics.reduce((total, { trend }) => total + what(trend), 0);
  const [waiting, growth, taken] = [
    sum((trend) => trend.records),
    sum((trend) => trend.growth),
    sum((trend) => trend.taken),
  ];
  const at = listed(topics.map(({ title }) => title));
  const box = topics[0]?.box ?? null;
  if (growth < -1) {
    return {
      tone: 'note',
      sentence: `Catching up at ${at}: ${records(waiting)} wait, ${count(-growth)} fewer each second.`,
      box,
      covers: ['ScorerBehind'],
    };
  }
  const work = taken > 0 ? `, ${count(waiting / taken)} s of work at this pace` : '';
  return {
    tone: 'note',
    sentence: `Behind at ${at}: ${records(waiting)} wait${work}, and it does not become more.`,
    box,
    covers: ['ScorerBehind'],
  };
}

/** Why it is stuck. */
interface Cause extends Pick<Told, 'tone' | 'covers'> {
  /** What begins the sentence, and why it is so. */
  readonly at: (topics: string) => string;
}

/** Topics that are stuck for the same reason, the fullest first. */
interface Stuck extends Cause {
  readonly topics: readonly ReadTopic[];
}

function byCause(stuck: readonly ReadTopic[], scorers: readonly PipelineScorer[]): Stuck[] {
  const causes = new Map<string, Stuck>();
  for (const topic of stuck) {
    const cause = causeOf(topic, scorers);
    const sentence = cause.at('');
    causes.set(sentence, { ...cause, topics: [...(causes.get(sentence)?.topics ?? []), topic] });
  }
  return [...causes.values()];
}

function stuckInWords({ at, topics, tone, covers }: Stuck): Told {
  const sum = (what: (trend: LagTrend) => number): number =>
    topics.reduce((total, { trend }) => total + what(trend), 0);
  const growth = sum((trend) => trend.growth);
  const more = growth >= 1 ? `, ${count(growth)} more each second` : '';
  const waiting = `${records(sum((trend) => trend.records))} wait there${more}.`;
  return {
    tone,
    covers,
    sentence: `${at(listed(topics.map(({ title }) => title)))} ${waiting}`,
    box: topics[0]?.box ?? null,
  };
}

function causeOf({ title, trend }: ReadTopic, scorers: readonly PipelineScorer[]): Cause {
  const heard = scorers.filter(({ silentSeconds }) => silentSeconds === null);
  if (heard.length === 0) {
    const why = scorers.length === 0 ? 'no scorer has been heard of' : silence(scorers);
    const covers = ['ScorerDown', 'ScorerSilent', 'ConsumerStuck'];
    return { tone: 'critical', covers, at: (topics) => `Stuck at ${topics}: ${why}.` };
  }
  if (heard.every(({ state }) => state !== 'RUNNING')) {
    const at = (topics: string): string => `Waiting at ${topics}: the scorers share out the partitions among them.`;
    return { tone: 'warning', covers: ['ScorerDown', 'ConsumerStuck'], at };
  }
  if (trend.still.length > 0) {
    const which = `partition${trend.still.length === 1 ? '' : 's'} ${listed(trend.still.map(String))}`;
    const owner = scorers.find(
      ({ silentSeconds, has }) =>
        silentSeconds !== null &&
        has.some((each) => each.topic === title && trend.still.some((still) => each.partitions.includes(still))),
    );
    const why = owner === undefined ? 'nothing is taken there' : `${owner.instance}, which had it, is silent`;
    const at = (topics: string): string => `Stuck at ${which} of ${topics}: ${why}.`;
    return { tone: 'warning', covers: ['ScorerSilent', 'ConsumerStuck'], at };
  }
  if (trend.taken <= 0) {
    return { tone: 'critical', covers: ['ConsumerStuck'], at: (topics) => `Stuck at ${topics}: nothing is taken.` };
  }
  const at = (topics: string): string => `Stuck at ${topics}: more comes in than is scored.`;
  return { tone: 'warning', covers: ['ScorerBehind'], at };
}

/** a, b and c */
function listed(names: readonly string[]): string {
  const [first, ...others] = names;
  const last = others.pop();
  return last === undefined ? (first ?? '') : `${[first, ...others].join(', ')} and ${last}`;
}

function silence(scorers: readonly PipelineScorer[]): string {
  const [only, other] = scorers;
  const seconds = Math.min(...scorers.map(({ silentSeconds }) => silentSeconds ?? 0));
  if (only !== undefined && other === undefined)
    return `the scorer, ${only.instance}, has been silent for ${count(seconds)} s`;
  return `all ${count(scorers.length)} scorers have been silent for ${count(seconds)} s or longer`;
}
