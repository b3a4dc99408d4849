import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { catalogue } from '#shared/metrics';
import { type DashboardRow, dashboard } from '../panels/dashboard.js';
import { graph } from '../panels/graph.js';
import { unit } from '../panels/options.js';
import { chosenDemos, queriesOf } from '../panels/promql.js';
import { stat } from '../panels/stat.js';
import { aucAgainstCard, lateShare, lostRecords, mostDrift, ofServing, timePerRow, totalLag } from './figures.js';
import { driftLimits, latencyLimits, lateShareLimits } from './limits.js';

const of = queriesOf(chosenDemos);
const height = 7;

/** The seven questions of whoever is responsible for a stream with a model in it, each with its answer and how it came. */
export function overview(demos: readonly string[]): Dashboard {
  return dashboard({
    uid: 'kafka-ml-overview',
    title: 'Overview: seven questions',
    description:
      'Delivery, delays, where it got stuck, losses, brokers, performance, and whether the model is still right: a row each, the answer on the left.',
    choices: ['demo'],
    rows: [
      delivery(demos),
      delays(demos),
      whereItGotStuck,
      losses(demos),
      brokers(demos),
      performance(demos),
      stillRight(demos),
    ],
  });
}

const delivery = (demos: readonly string[]): DashboardRow => ({
  title: '1 · Are messages delivered?',
  height,
  panels: [
    stat({
      title: 'Processed of what was written',
      description:
        'Of the records that producers say they have written, the share that scorers say they have processed and committed. What is on its way is missing from it: look at delays and lag before worrying.',
      unit: unit.share,
      decimals: 1,
      limits: { direction: 'below', attention: 0.99, bad: 0.9 },
      queries: [
        {
          expr: `${of.gauge('sum', catalogue.deliveryConsumed, ['demo'])} / ${of.gauge('sum', catalogue.deliveryExpected, ['demo'])}`,
          legend: '{{demo}}',
        },
      ],
      width: 6,
    }),
    graph({
      title: 'Records written',
      description: 'Records of the main input topics a second, as read back from them.',
      unit: unit.perSecond,
      series: { demos },
      queries: [{ expr: of.rate(catalogue.recordsProduced, ['demo']), legend: '{{demo}}' }],
      width: 7,
    }),
    stat({
      title: 'Pace',
      description:
        'How fast each demo is asked to be played, against the pace that it was started with: 0 is a pause, in which nothing is written on purpose. Set on the page of the demo.',
      unit: unit.index,
      queries: [{ expr: of.gauge('min', catalogue.productionPace, ['demo']), legend: '{{demo}}' }],
      width: 4,
    }),
    graph({
      title: 'Predictions written',
      description:
        'Predictions a second that a read_committed consumer sees. It follows the records written, less what a demo filters or gathers into windows.',
      unit: unit.perSecond,
      series: { demos },
      queries: [{ expr: of.rate(catalogue.recordsScored, ['demo']), legend: '{{demo}}' }],
      width: 7,
    }),
  ],
});

const delays = (demos: readonly string[]): DashboardRow => ({
  title: '2 · How late are they?',
  height,
  panels: [
    stat({
      title: 'From record to prediction, 99 of 100',
      description:
        "From the producer's send to the moment a consumer has the committed prediction: 99 of 100 take no longer. Paced runs only; a demo that runs as fast as it can has no latency.",
      unit: unit.seconds,
      limits: latencyLimits,
      queries: [{ expr: of.quantile(0.99, catalogue.predictionLatency, ['demo']), legend: '{{demo}}' }],
      width: 6,
    }),
    graph({
      title: 'Latency, half of the records',
      description: 'The median from send to committed prediction: what a record usually takes.',
      unit: unit.seconds,
      series: { demos },
      queries: [{ expr: of.quantile(0.5, catalogue.predictionLatency, ['demo']), legend: '{{demo}}' }],
      width: 6,
    }),
    graph({
      title: 'Latency, 99 of 100 records',
      description: 'The 99th percentile from send to committed prediction: what the slow ones take.',
      unit: unit.seconds,
      series: { demos },
      limits: latencyLimits,
      queries: [{ expr: of.quantile(0.99, catalogue.predictionLatency, ['demo']), legend: '{{demo}}' }],
      width: 6,
    }),
    graph({
      title: 'Records that come late',
      description:
        'The share of records that are more than five minutes of event time behind what their task has seen already, internal topics included.',
      unit: unit.share,
      min: 0,
      series: { demos },
      limits: lateShareLimits,
      queries: [{ expr: lateShare(of), legend: '{{demo}}' }],
      width: 6,
    }),
  ],
});

const whereItGotStuck: DashboardRow = {
  title: '3 · Where did it get stuck?',
  height,
  panels: [
    stat({
      title: 'Records waiting',
      description:
        'Records behind what the consumer groups of a demo have committed. It goes up and down with the commits; what only goes up is stuck.',
      unit: unit.count,
      limits: { direction: 'above', attention: 1_000, bad: 10_000 },
      queries: [{ expr: totalLag(of), legend: '{{demo}}' }],
      width: 6,
    }),
    graph({
      title: 'Records waiting, by group',
      description: 'The lag of each consumer group: which application is behind, the scorer or one beside it.',
      unit: unit.count,
      series: 'names',
      queries: [{ expr: of.gauge('sum', catalogue.consumerLag, ['group']), legend: '{{group}}' }],
      width: 9,
    }),
    graph({
      title: 'Partitions with the most waiting',
      description:
        'The ten partitions with the highest lag. One alone points to a key that is too frequent or to a scorer that hangs, all of a topic to a scorer that is too slow or gone.',
      unit: unit.count,
      series: 'names',
      queries: [
        {
          expr: `topk(10, ${of.gauge('max', catalogue.consumerLag, ['topic', 'partition'])})`,
          legend: '{{topic}} {{partition}}',
        },
      ],
      width: 9,
    }),
  ],
};

const losses = (demos: readonly string[]): DashboardRow => ({
  title: '4 · Is anything lost?',
  height,
  panels: [
    stat({
      title: 'Records missing',
      description:
        'Records of event-time minutes that scorers have passed, and that were written and not processed. Anything but 0 is a loss; it goes back when late ones are processed after all.',
      unit: unit.count,
      limits: { direction: 'above', bad: 1 },
      queries: [{ expr: lostRecords(of), legend: '{{demo}}' }],
      width: 4,
    }),
    stat({
      title: 'The monitor is at work',
      description:
        'Whether the process that audits delivery and measures quality and drift is at work, where the demo has started it: without it there is no news of this row, and of the last one.',
      unit: unit.count,
      limits: { direction: 'below', bad: 1 },
      words: { '1': 'yes', '0': 'no' },
      queries: [{ expr: of.gauge('min', catalogue.monitorUp, ['demo']), legend: '{{demo}}' }],
      width: 4,
    }),
    graph({
      title: 'Missing, repeated, altered',
      description:
        'By the audit of what was written against what was processed: records that are missing, records that were processed more than once, and minutes of which the checksums differ.',
      unit: unit.count,
      series: { demos },
      queries: [
        { expr: of.gauge('sum', catalogue.deliveryMissing, ['demo']), legend: '{{demo}} missing' },
        { expr: of.gauge('sum', catalogue.deliveryDuplicate, ['demo']), legend: '{{demo}} repeated' },
        { expr: of.gauge('sum', catalogue.deliveryAltered, ['demo']), legend: '{{demo}} altered minutes' },
      ],
      width: 8,
    }),
    graph({
      title: 'Dead letters',
      description:
        'Records a second that could not be decoded, scored or processed. They are not lost: they lie unchanged on the dead-letter topic, with the reason.',
      unit: unit.perSecond,
      series: { demos },
      queries: [{ expr: of.rate(catalogue.recordsDeadLettered, ['demo']), legend: '{{demo}}' }],
      width: 8,
    }),
  ],
});

const brokers = (demos: readonly string[]): DashboardRow => ({
  title: '5 · Are the brokers well?',
  height,
  panels: [
    stat({
      title: 'The cluster answers',
      description: 'Whether the cluster answered the last question for its metadata, asked about once a second.',
      unit: unit.count,
      limits: { direction: 'below', bad: 1 },
      words: { '1': 'yes', '0': 'no' },
      queries: [{ expr: of.gauge('min', catalogue.clusterUp, ['demo']), legend: '{{demo}}' }],
      width: 6,
    }),
    graph({
      title: 'How long the cluster takes to answer, 90 of 100',
      description:
        'How long the cluster took for its metadata; 90 of 100 answers took no longer. A broker in trouble is slow first.',
      unit: unit.seconds,
      series: { demos },
      limits: { direction: 'above', bad: 0.5 },
      queries: [{ expr: of.quantile(0.9, catalogue.clusterRequestDuration, ['demo']), legend: '{{demo}}' }],
      width: 9,
    }),
    graph({
      title: 'Brokers and partitions',
      description:
        "Brokers that are alive, partitions of the demos' topics without a leader, and partitions with fewer in-sync replicas than replicas. The last two belong at 0.",
      unit: unit.count,
      series: 'names',
      queries: [
        { expr: of.gauge('max', catalogue.clusterBrokers, []), legend: 'brokers alive' },
        { expr: of.gauge('sum', catalogue.clusterOfflinePartitions, []), legend: 'partitions without a leader' },
        {
          expr: of.gauge('sum', catalogue.clusterUnderReplicatedPartitions, []),
          legend: 'under-replicated partitions',
        },
      ],
      width: 9,
    }),
  ],
});

const performance = (demos: readonly string[]): DashboardRow => ({
  title: '6 · Is it fast enough?',
  height,
  panels: [
    stat({
      title: 'Time in the model for a row',
      description:
        'Time in the model divided by the rows that it scored: with 5 ms for each, a scorer does 200 a second at most.',
      unit: unit.seconds,
      limits: { direction: 'above', bad: 0.005 },
      queries: [{ expr: timePerRow(of), legend: '{{demo}}' }],
      width: 6,
    }),
    graph({
      title: 'Records processed',
      description: 'Records a second that the scorers took from topics, internal ones included.',
      unit: unit.perSecond,
      series: { demos },
      queries: [{ expr: of.rate(catalogue.recordsProcessed, ['demo']), legend: '{{demo}}' }],
      width: 9,
    }),
    graph({
      title: 'CPU of the scorers',
      description: 'Seconds of CPU time in a second: at 1 a core is busy with it, and a further scorer would help.',
      unit: unit.share,
      series: { demos },
      queries: [{ expr: of.rate(catalogue.scorerCpu, ['demo']), legend: '{{demo}}' }],
      width: 9,
    }),
  ],
});

const stillRight = (demos: readonly string[]): DashboardRow => ({
  title: '7 · Is the model still right?',
  height,
  panels: [
    stat({
      title: 'AUC against what the card promises',
      description:
        'Area under the ROC curve of the latest predictions with a known outcome, less that of the model card, on data the model never saw. Below 0 it is worse than promised.',
      unit: unit.index,
      decimals: 3,
      limits: { direction: 'below', attention: -0.03, bad: -0.1 },
      queries: [{ expr: aucAgainstCard(of), legend: '{{demo}}' }],
      width: 6,
    }),
    graph({
      title: 'AUC of the latest predictions',
      description:
        'Of the model that serves, by outcomes that came later, over a rolling window: 0.5 is guessing, 1 is always right.',
      unit: unit.index,
      decimals: 2,
      max: 1,
      series: { demos },
      queries: [
        {
          expr: ofServing(
            of,
            of.gauge('max', catalogue.qualityAuc, ['demo', 'name', 'version'], { window: 'rolling' }),
          ),
          legend: '{{demo}} {{name}} {{version}}',
        },
      ],
      width: 9,
    }),
    graph({
      title: 'Drift of the input that moved most',
      description:
        'The highest population stability index of the inputs of the model that serves, without those that move with the season: below 0.1 they are as in training, above 0.25 it is another population.',
      unit: unit.index,
      decimals: 2,
      limits: driftLimits,
      series: { demos },
      queries: [{ expr: mostDrift(of), legend: '{{demo}} {{name}} {{version}}' }],
      width: 9,
    }),
  ],
});
