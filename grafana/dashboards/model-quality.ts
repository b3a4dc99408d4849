import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { catalogue } from '#shared/metrics';
import { bars } from '../panels/bars.js';
import { type DashboardRow, dashboard } from '../panels/dashboard.js';
import { graph } from '../panels/graph.js';
import { heatmap } from '../panels/heatmap.js';
import { unit } from '../panels/options.js';
import { chosenDemos, queriesOf } from '../panels/promql.js';
import { stat } from '../panels/stat.js';
import { aucAgainstCard, mostDrift, ofServing } from './figures.js';
import { driftLimits } from './limits.js';

const of = queriesOf(chosenDemos);
const height = 8;
const version = '{{demo}} {{name}} {{version}}';
const byVersion: ('demo' | 'name' | 'version')[] = ['demo', 'name', 'version'];
const rolling = { window: 'rolling' };

/** Whether the models are still right: by outcomes, by their inputs, by what they decide, and against a challenger. */
export function modelQuality(demos: readonly string[]): Dashboard {
  return dashboard({
    uid: 'kafka-ml-model-quality',
    title: 'Model quality and drift',
    description:
      'Whether the models are still right: by outcomes that came later, by how their inputs have moved since training, by what they decide, and against a challenger.',
    choices: ['demo'],
    rows: [
      serving,
      againstOutcomes(demos),
      atTheThreshold(demos),
      inputs(demos),
      decided(demos),
      challengers,
      changes(demos),
    ],
  });
}

const serving: DashboardRow = {
  title: 'What serves',
  height: 6,
  panels: [
    stat({
      title: 'Model',
      description: 'The model that scores in each demo, and its version.',
      unit: unit.count,
      isName: true,
      queries: [
        {
          expr: of.gauge('max', catalogue.modelInfo, byVersion),
          legend: '{{demo}}: {{name}} {{version}}',
        },
      ],
      width: 8,
    }),
    stat({
      title: 'Serving since',
      description: 'When the version that serves began to.',
      unit: unit.ago,
      queries: [{ expr: `1000 * ${of.gauge('max', catalogue.modelSince, byVersion)}`, legend: version }],
      width: 8,
    }),
    stat({
      title: 'AUC against the card',
      description:
        'Area under the ROC curve of the latest predictions with a known outcome, less that of the model card. Below 0 it is worse than promised.',
      unit: unit.index,
      decimals: 3,
      limits: { direction: 'below', attention: -0.03, bad: -0.1 },
      queries: [{ expr: aucAgainstCard(of), legend: version }],
      width: 8,
    }),
  ],
};

const againstOutcomes = (demos: readonly string[]): DashboardRow => ({
  title: 'Against outcomes',
  height,
  panels: [
    graph({
      title: 'AUC, and what the card promises',
      description:
        'Area under the ROC curve of the latest predictions of each version, and of its model card, on data it never saw: 0.5 is guessing, 1 is always right.',
      unit: unit.index,
      decimals: 2,
      max: 1,
      series: { demos },
      queries: [
        { expr: of.gauge('max', catalogue.qualityAuc, byVersion, rolling), legend: version },
        { expr: of.gauge('max', catalogue.cardAuc, byVersion), legend: `${version} card` },
      ],
      width: 8,
    }),
    graph({
      title: 'AUC of all predictions',
      description:
        'Area under the ROC curve of all predictions of each version whose outcome is known; and of all that the page has seen in this run, whatever the version.',
      unit: unit.index,
      decimals: 2,
      max: 1,
      series: { demos },
      queries: [
        { expr: of.gauge('max', catalogue.qualityAuc, byVersion, { window: 'all' }), legend: version },
        { expr: of.gauge('max', catalogue.runningAuc, ['demo']), legend: '{{demo}} this run' },
      ],
      width: 8,
    }),
    graph({
      title: 'Outcomes known',
      description:
        'Of how many predictions of each version, in the rolling window, the outcome is known: figures of few say little.',
      unit: unit.count,
      series: { demos },
      queries: [{ expr: of.gauge('max', catalogue.qualityLabelled, byVersion, rolling), legend: version }],
      width: 8,
    }),
  ],
});

const atTheThreshold = (demos: readonly string[]): DashboardRow => ({
  title: 'At the threshold',
  height,
  panels: [
    graph({
      title: 'Precision',
      description: 'Of what the model decided positively, the share that was; over the rolling window.',
      unit: unit.share,
      min: 0,
      max: 1,
      series: { demos },
      queries: [{ expr: of.gauge('max', catalogue.qualityPrecision, byVersion, rolling), legend: version }],
      width: 8,
    }),
    graph({
      title: 'Recall',
      description: 'Of what was positive, the share that the model decided so; over the rolling window.',
      unit: unit.share,
      min: 0,
      max: 1,
      series: { demos },
      queries: [{ expr: of.gauge('max', catalogue.qualityRecall, byVersion, rolling), legend: version }],
      width: 8,
    }),
    graph({
      title: 'Calibration error',
      description:
        'How far predicted probabilities are from what came of them, over ten bins of the rolling window: at 0.05 a predicted 30 % is 25 % or 35 %. Probabilities only.',
      unit: unit.share,
      min: 0,
      series: { demos },
      queries: [{ expr: of.gauge('max', catalogue.qualityCalibrationError, byVersion, rolling), legend: version }],
      width: 8,
    }),
  ],
});

const inputs = (demos: readonly string[]): DashboardRow => ({
  title: 'Inputs, against training',
  height: 10,
  panels: [
    bars({
      title: 'Inputs that moved most',
      description:
        'Population stability index of the ten inputs of serving models that moved most, against the profile of the model card: below 0.1 as in training, above 0.25 another population. What is seasonal moves with the season, as the demo says, and raises no alert.',
      unit: unit.index,
      decimals: 2,
      min: 0,
      max: 0.5,
      limits: driftLimits,
      queries: [
        {
          expr: `topk(10, ${ofServing(of, of.gauge('max', catalogue.inputDrift, [...byVersion, 'input', 'kind']))})`,
          legend: '{{demo}} {{input}} ({{kind}}), {{name}} {{version}}',
        },
      ],
      width: 8,
    }),
    graph({
      title: 'Drift of the input that moved most',
      description:
        'The highest population stability index of the inputs of each model that serves, without those that move with the season.',
      unit: unit.index,
      decimals: 2,
      limits: driftLimits,
      series: { demos },
      queries: [{ expr: mostDrift(of), legend: version }],
      width: 8,
    }),
    graph({
      title: 'Values not trained on',
      description:
        'Values of text inputs that the serving model did not see in training, and the rows that the indices are of.',
      unit: unit.count,
      series: { demos },
      queries: [
        {
          expr: of.orNone(of.gauge('sum', catalogue.unknownCategories, ['demo', 'input']), 'input'),
          legend: '{{demo}} {{input}}',
        },
        { expr: of.gauge('max', catalogue.inputDriftRows, byVersion), legend: `${version} rows` },
      ],
      width: 8,
    }),
  ],
});

const decided = (demos: readonly string[]): DashboardRow => ({
  title: 'What they decide',
  height,
  panels: [
    heatmap({
      title: 'Scores',
      description:
        'How the scores of the chosen demos spread, and how that went: the darker, the more. Choose one demo to read it.',
      unit: unit.index,
      queries: [{ expr: of.buckets(catalogue.predictionScore), legend: '{{le}}' }],
      width: 8,
    }),
    graph({
      title: 'Score, mean',
      description:
        'The mean of what the models give: probabilities, or how odd something is. A mean that moves is news.',
      unit: unit.index,
      decimals: 2,
      series: { demos },
      queries: [{ expr: of.mean(catalogue.predictionScore, ['demo', 'version']), legend: '{{demo}} {{version}}' }],
      width: 8,
    }),
    graph({
      title: 'Decisions',
      description: 'Predictions a second by what the model decided.',
      unit: unit.perSecond,
      series: 'names',
      queries: [{ expr: of.rate(catalogue.predictions, ['demo', 'decision']), legend: '{{demo}} {{decision}}' }],
      width: 8,
    }),
  ],
});

const challengers: DashboardRow = {
  title: 'Challengers',
  height,
  panels: [
    graph({
      title: 'Records that both scored',
      description: 'Records that champion and challenger both have scored; predictions are the champion’s.',
      unit: unit.count,
      series: 'names',
      queries: [
        {
          expr: of.gauge('max', catalogue.challengerCompared, byVersion),
          legend: version,
        },
      ],
      width: 12,
    }),
    graph({
      title: 'Decided differently',
      description: 'The share of these records on which champion and challenger do not agree.',
      unit: unit.share,
      min: 0,
      series: 'names',
      queries: [
        {
          expr: of.gauge('max', catalogue.challengerDisagreement, byVersion),
          legend: version,
        },
      ],
      width: 12,
    }),
  ],
};

const changes = (demos: readonly string[]): DashboardRow => ({
  title: 'Changes of models',
  height,
  panels: [
    graph({
      title: 'Exchanges',
      description: 'Exchanges of the serving model a second, while scorers ran.',
      unit: unit.perSecond,
      series: { demos },
      queries: [{ expr: of.rate(catalogue.modelSwaps, ['demo']), legend: '{{demo}}' }],
      width: 12,
    }),
    bars({
      title: 'Refused versions',
      description:
        'Published versions that a scorer refused in the time that is shown, by error code; what served went on.',
      unit: unit.count,
      queries: [
        {
          expr: of.orNone(`${of.growth(catalogue.modelRefusals, ['demo', 'reason'])} > 0`, 'reason'),
          legend: '{{demo}} {{reason}}',
        },
      ],
      width: 12,
    }),
  ],
});
