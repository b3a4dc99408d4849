import {
  type DesiredState,
  type Fault,
  type FaultName,
  type FaultState,
  faultCatalogue,
  type PartState,
  SPEEDS,
} from '#shared/control';
import { isTurned } from '#shared/scoring';
import { nextTime, type StoryMoment } from './definition.js';
import type { ControlView } from './page/control-state.js';
import type { FaultsState, FaultView } from './page/faults-state.js';

/** A part that says every two seconds what it does; one that was not heard of for so long has gone. */
const silentAfterMs = 6_000;
/** A version that is published serves when scorers have read and checked it. */
const servesWithinMs = 30_000;

/** What is known of a demo that can be controlled. */
export interface Controlled {
  readonly state: DesiredState;
  /** The scorers that are not silent. */
  readonly scorers: readonly {
    readonly instance: string;
    readonly obeys: readonly string[];
    readonly modelVersion: string;
  }[];
  readonly story: readonly StoryMoment[];
  /** Why the control topic is not there; undefined where it is. */
  readonly missing: string | undefined;
  /** What is this demo's own of a fault, in sentences: what drifts. */
  readonly own?: Partial<Record<FaultName, string>>;
  /** How long it takes until one is seen, in a sentence; undefined where that is soon. */
  readonly patience?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How the demo is being played. */
export function controlView(known: Controlled): ControlView {
  const { state, story, missing } = known;
  const { pace } = state;
  const producers = heard(known, 'producer');
  const first = furthest(known);
  const isThere = (time: number): boolean => producers.every(({ eventTime }) => (eventTime ?? 0) >= time);
  return {
    missing: missing ?? null,
    paused: pace.paused,
    speed: pace.speed,
    slowest: SPEEDS.slowest,
    fastest: SPEEDS.fastest,
    producers: producers.length,
    obeying: pace.id === '' ? producers.length : producers.filter(({ obeys }) => obeys.includes(pace.id)).length,
    canBeginAnew: missing === undefined && heard(known, 'supervisor').length > 0,
    hurryingTo: pace.jumpTo !== null && producers.length > 0 && !isThere(pace.jumpTo) ? pace.jumpTo : null,
    moments: story.map((moment) => ({ label: moment.label, at: timeOf(moment, first) })),
    faults: faultCatalogue.map((fault) => ({
      name: fault.name,
      title: fault.title,
      unavailable: missingFor(fault, known),
    })),
  };
}

/** The producer that has come furthest; undefined where none is heard of. */
export function furthest(known: Pick<Controlled, 'state' | 'now'>): PartState | undefined {
  return heard(known, 'producer').toSorted((a, b) => (b.eventTime ?? 0) - (a.eventTime ?? 0))[0];
}

/** When a moment of the story comes next, as far as a producer says where it is; null where it does not. */
export function timeOf(moment: StoryMoment, played: PartState | undefined): number | null {
  if (!played || played.lap === null || played.eventTime === null) return null;
  return nextTime(moment, { lap: played.lap, eventTime: played.eventTime });
}

/** The faults of the catalogue: what was asked for of each, and what has come of it. */
export function faultsState(known: Controlled): FaultsState {
  return {
    missing: known.missing ?? null,
    patience: known.patience ?? null,
    faults: faultCatalogue.map((fault) => faultView(fault, known)),
  };
}

function faultView(fault: Fault, known: Controlled): FaultView {
  const { name, title, sentence, panel, alert, unless, also, recovers, exactness } = fault;
  const own = known.own?.[name];
  const asked = known.state.faults.get(name);
  const endsAt = asked?.on ? asked.endsAt : null;
  return {
    name,
    title,
    sentence: own === undefined ? sentence : `${sentence} ${own}`,
    panel,
    alert,
    unless: unless ?? null,
    also,
    recovers,
    exactness,
    unavailable: missingFor(fault, known),
    on: fault.obeyedBy === 'models' ? isModelTurned(asked, known) : (asked?.on ?? false),
    by: asked?.by ?? null,
    askedFor: asked ? seconds(known.now - asked.issuedAt) : null,
    endsIn: endsAt === null ? null : seconds(endsAt - known.now),
    ...taken(fault, asked, known),
  };
}

/** Who has to take up a fault, and who has. */
function taken(
  { obeyedBy }: Fault,
  asked: FaultState | undefined,
  known: Controlled,
): Pick<FaultView, 'part' | 'parts' | 'taken'> {
  const has = ({ obeys }: { readonly obeys: readonly string[] }): boolean =>
    asked !== undefined && obeys.includes(asked.id);
  if (obeyedBy === 'producer' || obeyedBy === 'supervisor') {
    const parts = heard(known, obeyedBy);
    return { part: obeyedBy, parts: parts.length, taken: parts.filter(has).length };
  }
  const { scorers } = known;
  if (obeyedBy === 'models') {
    const turned = serveTurned(known);
    const so = isModelTurned(asked, known) ? turned : scorers.length - turned;
    return { part: 'scorer', parts: scorers.length, taken: so };
  }
  const target = asked?.target ?? null;
  // The one that is meant has nothing more to say once it is dead.
  if (target !== null) {
    const meant = scorers.find(({ instance }) => instance === target);
    return { part: 'scorer', parts: 1, taken: meant === undefined || has(meant) ? 1 : 0 };
  }
  return { part: 'scorer', parts: scorers.length, taken: scorers.filter(has).length };
}

/** As was asked for just now; later what serves is what counts, for a version can be rolled back by other hands. */
function isModelTurned(asked: FaultState | undefined, known: Controlled): boolean {
  const isRecent = asked !== undefined && known.now - asked.issuedAt < servesWithinMs;
  return isRecent ? asked.on : serveTurned(known) > 0;
}

/** How many scorers serve a version that is turned round. */
function serveTurned({ scorers }: Pick<Controlled, 'scorers'>): number {
  return scorers.filter(({ modelVersion }) => isTurned(modelVersion)).length;
}

function missingFor({ name, obeyedBy }: Fault, known: Controlled): string | null {
  if (known.missing !== undefined) return known.missing;
  if (obeyedBy !== 'supervisor' || heard(known, 'supervisor').some(({ faults }) => faults.includes(name))) return null;
  return 'Only a demo that runs a broker of its own can lose it';
}

function heard({ state, now }: Pick<Controlled, 'state' | 'now'>, role: PartState['role']): PartState[] {
  // Without a broker nobody can be heard: who was when it went is still there.
  const lost = state.faults.get('lost-broker');
  const until = lost?.on ? Math.min(now, lost.issuedAt) : now;
  return [...state.parts.values()].filter((part) => part.role === role && until - part.lastHeardAt < silentAfterMs);
}

const seconds = (ms: number): number => Math.max(0, Math.ceil(ms / 1_000));
