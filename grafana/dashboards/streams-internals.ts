import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { catalogue } from '#shared/metrics';
import { type DashboardRow, dashboard } from '../panels/dashboard.js';
import { graph } from '../panels/graph.js';
import { unit } from '../panels/options.js';
import { chosenDemos, chosenScorers, queriesOf } from '../panels/promql.js';
import { stat } from '../panels/stat.js';

const of = queriesOf(chosenScorers);
/** What groups have committed is of no single scorer. */
const ofGroups = queriesOf(chosenDemos);
const scorer = '{{demo}} {{scorer}}';
const height = 7;

/** What goes on in the scorers: tasks, chunks, transactions, state, the process. */
export function streamsInternals(demos: readonly string[]): Dashboard {
  return dashboard({
    uid: 'kafka-ml-streams-internals',
    title: 'Streams internals',
    description:
      'What scorers measure of themselves and send with their heartbeats: work, commits, scoring, order, state, process.',
    choices: ['demo', 'scorer'],
    rows: [instances, work(demos), commits(demos), scoring(demos), order(demos), state, processes],
  });
}

const instances: DashboardRow = {
  title: 'Instances',
  height: 5,
  panels: [
    stat({
      title: 'At work',
      description:
        'Whether each scorer is heard and running; otherwise it is silent, is starting, or waits for its partitions.',
      unit: unit.count,
      limits: { direction: 'below', bad: 1 },
      words: { '1': 'running', '0': 'not running' },
      queries: [{ expr: of.gauge('max', catalogue.scorerUp, ['demo', 'scorer']), legend: scorer }],
      width: 5,
    }),
    stat({
      title: 'Tasks',
      description: 'Tasks of each scorer; a task is a partition of each topic that is read together.',
      unit: unit.count,
      queries: [{ expr: of.gauge('sum', catalogue.tasks, ['demo', 'scorer']), legend: scorer }],
      width: 5,
    }),
    stat({
      title: 'Input partitions',
      description: 'Partitions of the input topics that the group has assigned to each scorer.',
      unit: unit.count,
      queries: [{ expr: of.gauge('sum', catalogue.scorerPartitions, ['demo', 'scorer']), legend: scorer }],
      width: 5,
    }),
    stat({
      title: 'Scored a second',
      description: 'Records that each scorer scores a second, by its own heartbeat.',
      unit: unit.perSecond,
      queries: [{ expr: of.gauge('sum', catalogue.scorerRecordsPerSecond, ['demo', 'scorer']), legend: scorer }],
      width: 5,
    }),
    stat({
      title: 'Scored since the start',
      description: 'Records that each scorer has scored since it started, by its own heartbeat.',
      unit: unit.count,
      queries: [{ expr: of.gauge('sum', catalogue.scorerRecordsScored, ['demo', 'scorer']), legend: scorer }],
      width: 4,
    }),
  ],
};

const work = (demos: readonly string[]): DashboardRow => ({
  title: 'Work',
  height,
  panels: [
    graph({
      title: 'Records processed',
      description: 'Records a second that the topology took from topics, internal ones included.',
      unit: unit.perSecond,
      series: { demos },
      queries: [{ expr: of.rate(catalogue.recordsProcessed, ['demo', 'scorer']), legend: scorer }],
      width: 8,
    }),
    graph({
      title: 'Records in a chunk, mean',
      description: 'Records of a partition that one fetch brought: few at a quiet pace, many under load.',
      unit: unit.count,
      series: { demos },
      queries: [{ expr: of.mean(catalogue.chunkRecords, ['demo', 'scorer']), legend: scorer }],
      width: 8,
    }),
    graph({
      title: 'Group assigned anew',
      description:
        'Rebalances a second: each time the group gives its partitions to its members again, all of them pause.',
      unit: unit.perSecond,
      series: { demos },
      queries: [{ expr: of.rate(catalogue.rebalances, ['demo', 'scorer']), legend: scorer }],
      width: 8,
    }),
  ],
});

const commits = (demos: readonly string[]): DashboardRow => ({
  title: 'Commits',
  height,
  panels: [
    graph({
      title: 'Commits',
      description: 'Commits a second; with exactly_once each is a transaction of one task.',
      unit: unit.perSecond,
      series: { demos },
      queries: [{ expr: of.rate(catalogue.commits, ['demo', 'scorer']), legend: scorer }],
      width: 6,
    }),
    graph({
      title: 'How long a commit takes, 99 of 100',
      description:
        'From the decision to commit to the answer that it is done; with exactly_once the end of a transaction.',
      unit: unit.seconds,
      series: { demos },
      queries: [{ expr: of.quantile(0.99, catalogue.commitDuration, ['demo', 'scorer']), legend: scorer }],
      width: 6,
    }),
    graph({
      title: 'Commits that failed',
      description:
        'Commits a second that failed: the transaction is aborted, and the task begins anew from its last commit.',
      unit: unit.perSecond,
      series: { demos },
      queries: [{ expr: of.rate(catalogue.commitFailures, ['demo', 'scorer']), legend: scorer }],
      width: 6,
    }),
    graph({
      title: 'Offsets committed, by group',
      description:
        'By how many offsets a second each group moves on, markers of transactions among them. At 0 it stands still; below, its offsets were set back.',
      unit: unit.perSecond,
      series: 'names',
      queries: [{ expr: ofGroups.movement(catalogue.consumerCommitted, ['group']), legend: '{{group}}' }],
      width: 6,
    }),
  ],
});

const scoring = (demos: readonly string[]): DashboardRow => ({
  title: 'Scoring',
  height,
  panels: [
    graph({
      title: 'Time in the model, 99 of 100 calls',
      description: 'How long one call of the model takes, whatever its number of rows.',
      unit: unit.seconds,
      series: { demos },
      queries: [{ expr: of.quantile(0.99, catalogue.scoringDuration, ['demo', 'scorer']), legend: scorer }],
      width: 8,
    }),
    graph({
      title: 'Rows in a call, mean',
      description: 'Rows that one call of the model scores: the more, the less each costs.',
      unit: unit.count,
      series: { demos },
      queries: [{ expr: of.mean(catalogue.scoringRows, ['demo', 'scorer']), legend: scorer }],
      width: 8,
    }),
    graph({
      title: 'Time in the model for a row',
      description: 'Time in the model divided by the rows that were scored in it.',
      unit: unit.seconds,
      series: { demos },
      queries: [
        {
          expr: `${of.observed(catalogue.scoringDuration, ['demo', 'scorer'])} / ${of.observed(catalogue.scoringRows, ['demo', 'scorer'])}`,
          legend: scorer,
        },
      ],
      width: 8,
    }),
  ],
});

const order = (demos: readonly string[]): DashboardRow => ({
  title: 'Time and order',
  height,
  panels: [
    graph({
      title: 'Records behind stream time',
      description: 'Records a second that were older than what their task had seen already, in event time.',
      unit: unit.perSecond,
      series: { demos },
      queries: [{ expr: of.observations(catalogue.recordLateness, ['demo', 'scorer']), legend: scorer }],
      width: 8,
    }),
    graph({
      title: 'Records passed over',
      description:
        'Records a second that operators drop: null keys or values, expired for their window, stale answers of foreign keys.',
      unit: unit.perSecond,
      series: 'names',
      queries: [{ expr: of.rate(catalogue.recordsDropped, ['demo', 'drop']), legend: '{{demo}} {{drop}}' }],
      width: 8,
    }),
    graph({
      title: 'Records that failed',
      description:
        'Records a second that did not decode, failed in an operator or could not be written; they become dead letters.',
      unit: unit.perSecond,
      series: { demos },
      queries: [{ expr: of.rate(catalogue.recordsFailed, ['demo', 'scorer']), legend: scorer }],
      width: 8,
    }),
  ],
});

const state: DashboardRow = {
  title: 'State',
  height,
  panels: [
    graph({
      title: 'Entries of the stores',
      description:
        'Entries of each state store, of all tasks of all scorers. What only grows keeps more than it forgets.',
      unit: unit.count,
      series: 'names',
      queries: [{ expr: of.gauge('sum', catalogue.storeEntries, ['demo', 'store']), legend: '{{demo}} {{store}}' }],
      width: 8,
    }),
    graph({
      title: 'Records restored',
      description:
        'Records of changelogs a second that stores are restored from, when a task moves to a scorer that is at work. What a scorer has restored when Prometheus first hears of it is not seen: as a rule all that its start took.',
      unit: unit.perSecond,
      series: 'names',
      queries: [{ expr: of.rate(catalogue.restoredRecords, ['demo', 'scorer']), legend: scorer }],
      width: 8,
    }),
    stat({
      title: 'Time spent on restoring',
      description:
        'Seconds in the time that is shown in which stores were being restored, and their tasks processed nothing. What a scorer took when Prometheus first hears of it is not in it: as a rule its start.',
      unit: unit.seconds,
      queries: [{ expr: of.growth(catalogue.restoreDuration, ['demo']), legend: '{{demo}}' }],
      width: 8,
    }),
  ],
};

const processes: DashboardRow = {
  title: 'Processes',
  height,
  panels: [
    graph({
      title: 'CPU',
      description: 'Seconds of CPU time in a second: at 1 a core is busy with it.',
      unit: unit.share,
      series: 'names',
      queries: [{ expr: of.rate(catalogue.scorerCpu, ['demo', 'scorer']), legend: scorer }],
      width: 8,
    }),
    graph({
      title: 'Memory',
      description: "Resident memory of each scorer's process.",
      unit: unit.bytes,
      series: 'names',
      queries: [{ expr: of.gauge('sum', catalogue.scorerMemory, ['demo', 'scorer']), legend: scorer }],
      width: 8,
    }),
    graph({
      title: 'Delay of the event loop',
      description:
        'The longest that the event loop kept a timer waiting in the last 15 seconds: what blocks the process, blocks its heartbeats.',
      unit: unit.seconds,
      series: 'names',
      queries: [{ expr: of.gauge('max', catalogue.scorerEventLoopDelay, ['demo', 'scorer']), legend: scorer }],
      width: 8,
    }),
  ],
};
