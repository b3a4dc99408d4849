import type { StreamsBuilder } from '#shared/streams';
import { monitoringTopics } from '../monitoring-topics.js';
import { DRIFT, DriftReporter, type DriftWindow, driftStore } from './drift-reporter.js';

/** Where nothing else is said: half the rows of a window tell whether inputs have drifted by more than chance has it. */
const WINDOW: DriftWindow = { windowRows: 2_000, fromRows: 500 };

/**
 * How far the inputs of each version of a model are from those that it was trained on: the population stability index of
 * each input, over the rows that scorers counted last, about once a second where more were counted.
 */
export function buildDrift(builder: StreamsBuilder, { demo, window = WINDOW }: DriftOptions): void {
  const { inputCounts, driftReports } = monitoringTopics(demo);
  builder.addStateStore(driftStore);
  builder
    .stream(inputCounts)
    .process(() => new DriftReporter(window), { stores: [DRIFT] })
    .to(driftReports);
}

export interface DriftOptions {
  /** The prefix of its topics. */
  readonly demo: string;
  /** The last 2,000 rows, from 500 on, unless said. */
  readonly window?: DriftWindow | undefined;
}
