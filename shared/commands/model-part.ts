import { alertLimits, type ModelState } from '#shared/dashboard';
import type { ScorerStatus } from '#shared/monitoring';
import { type ModelCard, type ModelReference, type Role, roles } from '#shared/scoring';
import { driftOf } from './drift-part.js';
import type { ModelWatch } from './model-watch.js';
import { monitorOf } from './monitor-part.js';
import type { Reported } from './report-watch.js';

type Version = ModelState['versions'][number];
type Figures = { readonly window: number; readonly figures: readonly VersionFigures[] };
type VersionFigures = NonNullable<Version['measured']> & { readonly name: string; readonly version: string };

/** What is known of a demo's models, from wherever. */
export interface KnownOfModels {
  readonly published: Pick<ModelWatch, 'active' | 'card' | 'trouble'>;
  /** The models that come with the demo. */
  readonly own: Readonly<Partial<Record<Role, ModelCard>>>;
  /** What each scorer said last: those that are heard of, or where none is, all. */
  readonly scorers: readonly ScorerStatus[];
  /** Whether any is heard of. */
  readonly isHeard: boolean;
  readonly measured: Figures;
  /** Undefined where the demo is not monitored. */
  readonly reported: Reported | undefined;
  /** Whether predictions come. */
  readonly scoring: boolean;
  readonly now: number;
}

/** A version, and what is said of it. */
interface Found {
  readonly name: string;
  readonly version: string;
  readonly sha256: string | null;
}

/** The state of the view of the model. */
export function modelState(known: KnownOfModels): ModelState {
  const { published, scorers, measured, reported, now, scoring } = known;
  const versions = allVersions(known).map((found) => versionOf(found, known));
  const [serving] = scorers.toSorted((a, b) => b.heartbeatAt - a.heartbeatAt);
  return {
    versions,
    judgedOver: measured.window,
    topicMissing: published.trouble ?? null,
    monitor: monitorOf(reported, { now, scoring }),
    drift: serving && reported ? driftOf(serving, cardOf(referenceOf(serving), known), reported, scorers) : null,
    delivery: deliveryOf(reported),
  };
}

/**
 * Champion and challenger first, then what serves besides, then what can be gone back to, then what had outcomes. Scorers and
 * outcomes come by turns, now of one version and now of another: of these the newest version comes first, so that nothing
 * changes its place under the hand.
 */
function allVersions({ published, own, scorers, measured }: KnownOfModels): Found[] {
  const active = roles.flatMap((role) => published.active(role)?.pointer ?? ownOf(own, role) ?? []);
  const atWork = scorers.flatMap((status) => [referenceOf(status), ...(challengerOf(status) ?? [])]);
  const before = roles.flatMap((role) => published.active(role)?.pointer.previous ?? []);
  const delivered = roles.flatMap((role) => ownOf(own, role) ?? []);
  const found = new Map<string, Found>();
  const withOutcomes = measured.figures.map(withoutHash);
  for (const each of [
    ...active,
    ...atWork.toSorted(newestFirst),
    ...before,
    ...delivered,
    ...withOutcomes.toSorted(newestFirst),
  ]) {
    const { name, version, sha256 } = each;
    const there = found.get(idOf(each));
    if (there === undefined || there.sha256 === null) found.set(idOf(each), { name, version, sha256 });
  }
  return [...found.values()];
}

function versionOf(found: Found, known: KnownOfModels): Version {
  const { published, own, scorers, isHeard, measured, reported } = known;
  const is = (other: { readonly name: string; readonly version: string } | undefined): boolean =>
    other?.name === found.name && other.version === found.version;
  const card = cardOf(found, known);
  const activeRoles = roles.filter((role) => is(published.active(role)?.pointer ?? ownOf(own, role)));
  const pointers = roles.flatMap((role) => published.active(role) ?? []);
  const isOwn = roles.some((role) => is(ownOf(own, role)));
  const pointed = pointers.find(({ pointer }) => is(pointer));
  const refusal = pointed?.refusal;
  const figures = measured.figures.find(is);
  return {
    ...found,
    roles: activeRoles,
    serves: scorers.filter((status) => is(referenceOf(status))).length,
    challenges: scorers.filter((status) => challengerOf(status)?.some(is) ?? false).length,
    scorers: scorers.length,
    heard: isHeard,
    own: isOwn,
    publishable: isOwn || pointers.some(({ pointer }) => is(pointer) || pointer.previous.some((each) => is(each))),
    publishedAt: pointed?.pointer.publishedAt ?? null,
    next: roles.filter((role) => {
      const active = published.active(role);
      return active !== undefined && is(active.pointer.previous[0] ?? ownOf(own, role));
    }),
    refusal:
      refusal === undefined
        ? null
        : {
            role: pointed?.role ?? 'champion',
            at: refusal.refusedAt,
            by: refusal.instance,
            message: refusal.message,
          },
    card: card === undefined ? null : factsOf(card),
    measured: figures === undefined ? null : measuredOf(figures),
    reported: reportedOf(found, reported),
    comparison: comparisonOf(found, scorers),
  };
}

function measuredOf(figures: VersionFigures): NonNullable<Version['measured']> {
  const { auc, n, missing, worseThanCoin, eventTimes, values } = figures;
  return { auc, n, missing, worseThanCoin, eventTimes, values };
}

function reportedOf({ name, version }: Found, reported: Reported | undefined): Version['reported'] {
  const report = reported?.qualities.find(
    ({ modelName, modelVersion, window }) => modelName === name && modelVersion === version && window === 'rolling',
  );
  if (report === undefined) return null;
  const { labelled, auc, precision, recall, calibrationError } = report;
  return { labelled, auc, precision, recall, calibrationError };
}

/** Of all scorers beside which it votes. */
function comparisonOf({ name, version }: Found, scorers: readonly ScorerStatus[]): Version['comparison'] {
  const counts = scorers.flatMap(({ challenger }) =>
    challenger?.modelName === name && challenger.modelVersion === version ? [challenger] : [],
  );
  if (counts.length === 0) return null;
  const sum = (of: (each: (typeof counts)[number]) => number): number =>
    counts.reduce((total, each) => total + of(each), 0);
  const compared = sum((each) => each.compared);
  const difference = sum((each) => each.meanDifference * each.compared);
  return {
    compared,
    disagreed: sum((each) => each.disagreed),
    meanDifference: compared === 0 ? 0 : difference / compared,
    failed: sum((each) => each.failed),
    skipped: sum((each) => each.skipped),
  };
}

function factsOf({ description, madeBy, quality }: ModelCard): NonNullable<Version['card']> {
  const promisedAuc = numberOf(quality?.auc);
  return {
    description,
    tool: textOf(madeBy?.tool),
    algorithm: textOf(madeBy?.algorithm),
    promisedAuc,
    badBelow: promisedAuc === null ? null : promisedAuc - alertLimits.aucBelowCard,
    promisedOn: textOf(quality?.split),
    promisedRows: numberOf(quality?.n),
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** Of the version as the topic has it, or as it comes with the demo. */
function cardOf(found: Found, { published, own }: KnownOfModels): ModelCard | undefined {
  const card = found.sha256 === null ? undefined : published.card({ ...found, sha256: found.sha256 });
  return card ?? roles.flatMap((role) => own[role] ?? []).find((each) => idOf(each) === idOf(found));
}

/** The demo's own model in a role, where it has one. */
function ownOf(own: KnownOfModels['own'], role: Role): Found | undefined {
  const card = own[role];
  return card && { name: card.name, version: card.version, sha256: card.sha256 ?? null };
}

const referenceOf = ({ modelName, modelVersion, modelSha256 }: ScorerStatus): ModelReference => ({
  name: modelName,
  version: modelVersion,
  sha256: modelSha256,
});

/** What votes beside a scorer's model; a list, as there may be none. */
function challengerOf({ challenger }: ScorerStatus): Found[] | undefined {
  return challenger === null
    ? undefined
    : [{ name: challenger.modelName, version: challenger.modelVersion, sha256: null }];
}

const withoutHash = ({ name, version }: VersionFigures): Found => ({ name, version, sha256: null });

const newestFirst = (one: Found, other: Found): number =>
  other.version.localeCompare(one.version, 'en', { numeric: true }) || one.name.localeCompare(other.name);

const idOf = ({ name, version }: { readonly name: string; readonly version: string }): string =>
  JSON.stringify([name, version]);

/** Of all partitions of a topic together. */
function deliveryOf(reported: Reported | undefined): ModelState['delivery'] {
  const byTopic = new Map<string, ModelState['delivery'][number]>();
  for (const { topic, expected, consumed, missing, duplicate, altered, late } of reported?.deliveries ?? []) {
    const sum = byTopic.get(topic);
    byTopic.set(topic, {
      topic,
      expected: expected + (sum?.expected ?? 0),
      consumed: consumed + (sum?.consumed ?? 0),
      missing: missing + (sum?.missing ?? 0),
      duplicate: duplicate + (sum?.duplicate ?? 0),
      altered: altered + (sum?.altered ?? 0),
      late: late + (sum?.late ?? 0),
    });
  }
  return [...byTopic.values()].toSorted((a, b) => a.topic.localeCompare(b.topic));
}
