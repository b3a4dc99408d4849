import { alertLimits, type ModelState, movedIndex } from '#shared/dashboard';
import type { DriftReport, RecentInput, ScorerStatus } from '#shared/monitoring';
import { inputProfiles, type ModelCard } from '#shared/scoring';
import type { Reported } from './report-watch.js';

type Drift = NonNullable<ModelState['drift']>;
type InputDrift = Drift['inputs'][number];

/** How far beyond what the demo says is usual the newest rows must be: what was measured is not the last word. */
const BEYOND_SWING = 1.5;

/** How far the inputs of the version that serves have drifted; null before a report on it. */
export function driftOf(
  { modelName, modelVersion }: ScorerStatus,
  card: ModelCard | undefined,
  reported: Reported,
  scorers: readonly ScorerStatus[],
): Drift | null {
  const report = reported.drifts.find((each) => each.modelName === modelName && each.modelVersion === modelVersion);
  if (report === undefined) return null;
  const labels = labelsOf(card);
  const names = [
    ...new Set([...labels.keys(), ...Object.keys(report.inputs), ...Object.keys(report.recent?.inputs ?? {})]),
  ];
  const inputs = names
    .filter((name) => report.inputs[name] !== undefined || report.recent?.inputs[name] !== undefined)
    .map((name) => inputDrift(name, report, { labels: labels.get(name), reported, scorers }));
  return {
    model: `${modelName} ${modelVersion}`,
    rows: report.rows,
    recentRows: report.recent?.rows ?? null,
    marks: [movedIndex, alertLimits.driftIndex],
    inputs: inputs.toSorted((one, other) => rank(one) - rank(other)),
  };
}

interface About {
  readonly labels: readonly string[] | undefined;
  readonly reported: Pick<Reported, 'seasonal' | 'swings'>;
  readonly scorers: readonly ScorerStatus[];
}

function inputDrift(name: string, report: DriftReport, { labels, reported, scorers }: About): InputDrift {
  const seasonal = reported.seasonal.has(name);
  const recent = report.recent?.inputs[name];
  const index = report.inputs[name] ?? null;
  const swing = reported.swings[name] ?? 0;
  const recentLimit = seasonal ? null : Math.max(alertLimits.driftIndex, BEYOND_SWING * swing);
  const figures = { index, recent: recent?.index ?? null, recentLimit, seasonal };
  return {
    name,
    ...figures,
    state: stateOf(figures),
    unknown: scorers.reduce((sum, { unknownCategories }) => sum + (unknownCategories[name] ?? 0), 0),
    bins: binsOf(recent, labels),
  };
}

function stateOf({
  index,
  recent,
  recentLimit,
  seasonal,
}: Pick<InputDrift, 'index' | 'recent' | 'recentLimit' | 'seasonal'>): InputDrift['state'] {
  if (!seasonal && index !== null && index > alertLimits.driftIndex) {
    // A window keeps a drift for long after it is over.
    return recent !== null && recent <= alertLimits.driftIndex ? 'over' : 'drifted';
  }
  if (recent !== null && recentLimit !== null && recent > recentLimit) return 'drifting';
  if (index === null) return 'unknown';
  return index > movedIndex ? 'moved' : 'as trained';
}

function rank({ state, seasonal }: InputDrift): number {
  if (state === 'drifted' || state === 'drifting') return 0;
  return seasonal ? 2 : 1;
}

function binsOf(recent: RecentInput | undefined, labels: readonly string[] | undefined): InputDrift['bins'] {
  if (recent === undefined || labels?.length !== recent.counts.length) return null;
  const rows = recent.counts.reduce((sum, count) => sum + count, 0);
  const now = recent.counts.map((count) => (rows === 0 ? 0 : rounded(count / rows)));
  return { labels, trained: recent.expected.map(rounded), now };
}

const rounded = (share: number): number => Math.round(share * 10_000) / 10_000;

/** A card is read once, and its state is made four times a second. */
const labelsByCard = new WeakMap<ModelCard, ReadonlyMap<string, readonly string[]>>();

/** What the bins of each input are called, by the card. */
function labelsOf(card: ModelCard | undefined): ReadonlyMap<string, readonly string[]> {
  if (card === undefined) return new Map();
  const known = labelsByCard.get(card);
  if (known !== undefined) return known;
  // What is wrong with a profile has been said by the scorer that loaded it.
  const labels = new Map(inputProfiles(card, () => undefined).map((each) => [each.input, each.labels]));
  labelsByCard.set(card, labels);
  return labels;
}
