import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { AnyDemo } from '#shared/commands';
import { catalogue } from '#shared/metrics';
import type { ModelCard } from '#shared/scoring';
import { bars } from '../panels/bars.js';
import { type DashboardRow, dashboard } from '../panels/dashboard.js';
import { graph } from '../panels/graph.js';
import { heatmap } from '../panels/heatmap.js';
import { unit } from '../panels/options.js';
import { oneDemo, type Queries, queriesOf } from '../panels/promql.js';
import { stat } from '../panels/stat.js';
import { aucAgainstCard, lostRecords, ofServing, partitionsAuditedLater, totalLag } from './figures.js';
import { driftLimits, latencyLimits } from './limits.js';

/** What a demo's dashboard is made from. */
export interface ShownDemo {
  readonly definition: AnyDemo;
  readonly card: ModelCard;
}

interface Subject {
  readonly of: Queries;
  /** The scored unit in the singular and the plural: flight, flights. */
  readonly one: string;
  readonly many: string;
  readonly positive: string;
  readonly card: ModelCard;
  readonly inputs: string;
}

/** One demo: what it scores and how fast, what its model decides, and whether it may be trusted. */
export function demoDashboard({ definition, card }: ShownDemo): Dashboard {
  const { name, dashboard: page, scoredUnit, topics, challengerFolder } = definition;
  const subject: Subject = {
    of: queriesOf(oneDemo(name)),
    one: scoredUnit.name,
    many: `${scoredUnit.name}s`,
    positive: page.positive,
    card,
    inputs: topics.input.name,
  };
  return dashboard({
    uid: `kafka-ml-${name}`,
    title: page.title,
    description: page.subtitle,
    choices: [],
    rows: [
      atAGlance(subject),
      flow(subject),
      decisions(subject),
      model(subject),
      ...(challengerFolder === undefined ? [] : [challenger(subject)]),
      trust(subject),
    ],
  });
}

const atAGlance = ({ of, one, many, positive }: Subject): DashboardRow => ({
  title: 'Now',
  height: 4,
  panels: [
    stat({
      title: 'Serving',
      description: 'The model that scores now, and its version.',
      unit: unit.count,
      isName: true,
      queries: [{ expr: of.gauge('max', catalogue.modelInfo, ['name', 'version']), legend: '{{name}} {{version}}' }],
      width: 4,
    }),
    stat({
      title: `${capitalized(many)} scored`,
      description: `Predictions a second, a ${one} each.`,
      unit: unit.perSecond,
      queries: [{ expr: of.rate(catalogue.recordsScored, []), legend: many }],
      width: 4,
    }),
    stat({
      title: 'Latency, 99 of 100',
      description: "From the producer's send to the committed prediction: 99 of 100 take no longer. Paced runs only.",
      unit: unit.seconds,
      limits: latencyLimits,
      queries: [{ expr: of.quantile(0.99, catalogue.predictionLatency, []), legend: 'latency' }],
      width: 4,
    }),
    stat({
      title: 'Records waiting',
      description: 'Records behind what the consumer groups have committed.',
      unit: unit.count,
      limits: { direction: 'above', attention: 1_000, bad: 10_000 },
      queries: [{ expr: totalLag(of), legend: 'waiting' }],
      width: 4,
    }),
    stat({
      title: 'Records missing',
      description: 'Records of minutes that are over, and that were written and not processed.',
      unit: unit.count,
      limits: { direction: 'above', bad: 1 },
      queries: [{ expr: lostRecords(of), legend: 'missing' }],
      width: 4,
    }),
    stat({
      title: 'AUC against the card',
      description: `How well it tells ${many} that are "${positive}" from the others, less what the model card promises.`,
      unit: unit.index,
      decimals: 3,
      limits: { direction: 'below', attention: -0.03, bad: -0.1 },
      queries: [{ expr: aucAgainstCard(of), legend: 'against the card' }],
      width: 4,
    }),
  ],
});

const flow = ({ of, many, inputs }: Subject): DashboardRow => ({
  title: `From ${inputs} to predictions`,
  height: 8,
  panels: [
    graph({
      title: 'Records in, predictions out',
      description: `Records of ${inputs}, predictions of ${many}, and outcomes that came later, each a second.`,
      unit: unit.perSecond,
      series: 'names',
      queries: [
        { expr: of.rate(catalogue.recordsProduced, []), legend: 'records in' },
        { expr: of.rate(catalogue.recordsScored, []), legend: 'predictions' },
        { expr: of.rate(catalogue.outcomesSeen, []), legend: 'outcomes' },
      ],
      width: 8,
    }),
    graph({
      title: 'Latency',
      description: "From the producer's send to the committed prediction: half, 95 and 99 of 100 take no longer.",
      unit: unit.seconds,
      series: 'parts',
      queries: [0.5, 0.95, 0.99].map((q) => ({
        expr: of.quantile(q, catalogue.predictionLatency, []),
        legend: q === 0.5 ? 'half' : `${q * 100} of 100`,
      })),
      width: 8,
    }),
    graph({
      title: 'Records waiting, by topic',
      description: 'Records of each topic behind what the groups that read it have committed.',
      unit: unit.count,
      series: 'names',
      queries: [{ expr: of.gauge('sum', catalogue.consumerLag, ['topic']), legend: '{{topic}}' }],
      width: 8,
    }),
  ],
});

const decisions = ({ of, one, many, positive, card }: Subject): DashboardRow => ({
  title: 'What the model decides',
  height: 8,
  panels: [
    graph({
      title: 'Decisions',
      description: `What the model says of ${many}, a second.`,
      unit: unit.perSecond,
      series: 'names',
      stacked: true,
      queries: [{ expr: of.rate(catalogue.predictions, ['decision']), legend: '{{decision}}' }],
      width: 8,
    }),
    graph({
      title: `Share that is "${positive}"`,
      description: `The share of ${many} that the model says are "${positive}"; a share that moves is news of the ${many}, or of the model.`,
      unit: unit.share,
      min: 0,
      series: 'parts',
      queries: [
        {
          expr: `${of.rate(catalogue.predictions, [], { decision: positive })} / ${of.rate(catalogue.predictions, [])}`,
          legend: positive,
        },
      ],
      width: 8,
    }),
    heatmap({
      title: 'Scores',
      description: `${scoreInWords(card, one, positive)}; the darker, the more ${many}. It decides "${positive}" from ${card.threshold ?? 0.5} on.`,
      unit: unit.index,
      queries: [{ expr: of.buckets(catalogue.predictionScore), legend: '{{le}}' }],
      width: 8,
    }),
  ],
});

const model = ({ of, card }: Subject): DashboardRow => ({
  title: 'Is the model still right?',
  height: 8,
  panels: [
    graph({
      title: 'AUC, and what the card promises',
      description:
        'Area under the ROC curve by outcomes that came later: of the latest predictions, of all, and of the model card, on data the model never saw.',
      unit: unit.index,
      decimals: 2,
      max: 1,
      series: 'names',
      queries: [
        {
          expr: of.gauge('max', catalogue.qualityAuc, ['name', 'version'], { window: 'rolling' }),
          legend: 'latest, {{name}} {{version}}',
        },
        {
          expr: of.gauge('max', catalogue.qualityAuc, ['name', 'version'], { window: 'all' }),
          legend: 'all, {{name}} {{version}}',
        },
        { expr: of.gauge('max', catalogue.cardAuc, ['name', 'version']), legend: 'card, {{name}} {{version}}' },
      ],
      width: 8,
    }),
    bars({
      title: 'Drift by input',
      description:
        'Population stability index of each input of the model that serves, against the profile of its card: below 0.1 as in training, above 0.25 another population. What is seasonal moves with the season, as the demo says, and raises no alert.',
      unit: unit.index,
      decimals: 2,
      min: 0,
      max: 0.5,
      limits: driftLimits,
      queries: [
        {
          expr: `sort_desc(${ofServing(of, of.gauge('max', catalogue.inputDrift, ['demo', 'name', 'version', 'input', 'kind']))})`,
          legend: '{{input}} ({{kind}}), {{name}} {{version}}',
        },
      ],
      width: 8,
    }),
    graph({
      title: 'Values the model was not trained on',
      description: `Values of text inputs that ${card.name} did not see in training, counted since it serves.`,
      unit: unit.count,
      series: 'names',
      queries: [
        {
          expr: of.orNone(of.gauge('sum', catalogue.unknownCategories, ['demo', 'input']), 'input'),
          legend: '{{input}}',
        },
      ],
      width: 8,
    }),
  ],
});

const challenger = ({ of, many }: Subject): DashboardRow => ({
  title: 'The challenger beside it',
  height: 6,
  panels: [
    graph({
      title: `${capitalized(many)} that both scored`,
      description: `How many ${many} champion and challenger both have scored; predictions are the champion's.`,
      unit: unit.count,
      series: 'names',
      queries: [
        { expr: of.gauge('max', catalogue.challengerCompared, ['name', 'version']), legend: '{{name}} {{version}}' },
      ],
      width: 12,
    }),
    graph({
      title: 'Decided differently',
      description: `The share of ${many} on which champion and challenger do not agree.`,
      unit: unit.share,
      min: 0,
      series: 'names',
      queries: [
        {
          expr: of.gauge('max', catalogue.challengerDisagreement, ['name', 'version']),
          legend: '{{name}} {{version}}',
        },
      ],
      width: 12,
    }),
  ],
});

const trust = ({ of }: Subject): DashboardRow => ({
  title: 'Is anything lost?',
  height: 8,
  panels: [
    graph({
      title: 'Written and processed',
      description:
        'Records that producers say they have written, and that scorers say they have processed and committed.',
      unit: unit.count,
      series: 'names',
      queries: [
        { expr: of.gauge('sum', catalogue.deliveryExpected, ['topic']), legend: '{{topic}} written' },
        { expr: of.gauge('sum', catalogue.deliveryConsumed, ['topic']), legend: '{{topic}} processed' },
      ],
      width: 7,
    }),
    graph({
      title: 'Missing, repeated, late, altered',
      description:
        'By the audit: records that are missing, that were processed more than once or after their minute was over, and minutes of which the checksums differ.',
      unit: unit.count,
      series: 'names',
      queries: [
        { expr: of.gauge('sum', catalogue.deliveryMissing, []), legend: 'missing' },
        { expr: of.gauge('sum', catalogue.deliveryDuplicate, []), legend: 'repeated' },
        { expr: of.gauge('sum', catalogue.deliveryLate, []), legend: 'late' },
        { expr: of.gauge('sum', catalogue.deliveryAltered, []), legend: 'altered minutes' },
      ],
      width: 7,
    }),
    bars({
      title: 'Dead letters',
      description: 'Records that could not be decoded, scored or processed in the time that is shown, by error code.',
      unit: unit.count,
      queries: [{ expr: of.growth(catalogue.recordsDeadLettered, ['reason']), legend: '{{reason}}' }],
      width: 5,
    }),
    bars({
      title: 'Left out of the figures',
      description:
        'Partitions that are audited only from a later event time on, as counts of them were lost, by topic; and records that monitoring could not read in the time that is shown.',
      unit: unit.count,
      queries: [
        { expr: of.orNone(partitionsAuditedLater(of), 'topic'), legend: 'partitions of {{topic}}' },
        { expr: of.growth(catalogue.monitorPassedOver, []), legend: 'records' },
      ],
      width: 5,
    }),
  ],
});

const scoreInWords = ({ task }: ModelCard, one: string, positive: string): string =>
  task === 'binary'
    ? `The probability that a ${one} is "${positive}"`
    : `How far a ${one} is from what the model has learned`;

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
