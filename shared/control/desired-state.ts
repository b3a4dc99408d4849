import type { ControlRecord, FaultOrder, PaceOrder, PartReport, ResetOrder } from './control-topic.js';
import { type Fault, type FaultName, faultCatalogue, faultOf, isFaultName } from './fault-catalogue.js';

/** What was said last of a fault. */
export interface FaultState extends Omit<FaultOrder, 'until'> {
  /** When it ends by itself, by the clock of who reads it; null where it is off, or has no end of its own. */
  readonly endsAt: number | null;
}

/** What a part said last. */
export interface PartState extends PartReport {
  /** When that was, by the clock of who reads it. */
  readonly lastHeardAt: number;
}

/** What the parts of a demo are to do, and what is known of those without a heartbeat of their own. */
export interface DesiredState {
  /** By name; a fault of which nobody said anything yet is off. */
  readonly faults: ReadonlyMap<FaultName, FaultState>;
  readonly pace: PaceOrder;
  readonly reset: ResetOrder | undefined;
  /** By `<role>/<instance>`. */
  readonly parts: ReadonlyMap<string, PartState>;
}

/** What was asked for since the reader began to follow: a part that starts later is not to do it again. */
export interface ControlNews {
  /** Faults that were switched on or off. */
  readonly faults: readonly FaultName[];
  /** Single records that are asked for. */
  readonly steps: number;
  /** The event time to hurry to. */
  readonly jumpTo: number | undefined;
  readonly reset: boolean;
  /** The ids of the orders that were read, those that others overtook among them; also of what was asked for before. */
  readonly orders: readonly string[];
}

/** How a record was read. */
interface Reading {
  /** The reader's clock, milliseconds since 1970. */
  readonly now: number;
  /** Whether it lies beyond where the topic ended when the reader began. */
  readonly isNew: boolean;
}

/** Slowest and fastest: beyond these it is a pause, or no pace any more. */
export const SPEEDS = { slowest: 0.25, fastest: 16 } as const;

const LONGEST_TEXT = 200;
const LONGEST_SENTENCE = 500;
const MOST_STEPS = 1_000;
const MOST_PARTS = 64;
const MOST_IDS = 32;

/** Before anything was said: no fault, the run's own pace. */
export const UNDISTURBED: DesiredState = {
  faults: new Map(),
  pace: { id: '', issuedAt: 0, paused: false, speed: 1, steps: 0, jumpTo: null },
  reset: undefined,
  parts: new Map(),
};

export const NO_NEWS: ControlNews = { faults: [], steps: 0, jumpTo: undefined, reset: false, orders: [] };

/**
 * The state after one more record. Anyone can write to a topic: what nobody knows is passed over, numbers are kept within
 * bounds, texts are cut. A null value takes back what was said under its key.
 */
export function reduce(
  state: DesiredState,
  { key, value }: { readonly key: string; readonly value: ControlRecord | null },
  reading: Reading,
): { readonly state: DesiredState; readonly news: ControlNews } {
  const [kind, name = ''] = key.split('/', 2);
  if (kind === 'fault' && isFaultName(name)) {
    const faults = new Map(state.faults);
    if (value?.fault) faults.set(name, faultState(faultOf(name), value.fault, reading));
    else faults.delete(name);
    const orders = value?.fault ? [value.fault.id] : [];
    return { state: { ...state, faults }, news: { ...NO_NEWS, faults: reading.isNew ? [name] : [], orders } };
  }
  if (key === 'pace') {
    const pace = value?.pace ? boundedPace(value.pace) : UNDISTURBED.pace;
    const steps = Math.min(Math.max(0, pace.steps - state.pace.steps), MOST_STEPS);
    const asked = reading.isNew ? { steps, jumpTo: pace.jumpTo ?? undefined } : {};
    return { state: { ...state, pace }, news: { ...NO_NEWS, ...asked, orders: value?.pace ? [pace.id] : [] } };
  }
  if (key === 'reset' && value?.reset) {
    const reset = { ...value.reset, id: cut(value.reset.id) };
    return { state: { ...state, reset }, news: { ...NO_NEWS, reset: reading.isNew, orders: [reset.id] } };
  }
  if (kind === 'part' && key.length <= 2 * LONGEST_TEXT) {
    return {
      state: { ...state, parts: withPart(state.parts, key.slice('part/'.length), value, reading) },
      news: NO_NEWS,
    };
  }
  return { state, news: NO_NEWS };
}

/** The state when some time has passed: faults whose time is over are off. */
export function expire(state: DesiredState, now: number): DesiredState {
  if ((nextEnd(state) ?? Number.POSITIVE_INFINITY) > now) return state;
  const faults = new Map(state.faults);
  for (const [name, fault] of faults) {
    if (fault.endsAt !== null && fault.endsAt <= now) faults.set(name, { ...fault, on: false, endsAt: null });
  }
  return { ...state, faults };
}

/** When the next fault ends by itself. */
export function nextEnd({ faults }: DesiredState): number | undefined {
  const ends = [...faults.values()].flatMap(({ endsAt }) => endsAt ?? []);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** Both, one after the other. */
export function mergedNews(first: ControlNews, second: ControlNews): ControlNews {
  return {
    faults: [...new Set([...first.faults, ...second.faults])],
    steps: first.steps + second.steps,
    jumpTo: second.jumpTo ?? first.jumpTo,
    reset: first.reset || second.reset,
    orders: [...first.orders, ...second.orders],
  };
}

/** The fault as it is to be in effect at an instance now; undefined where it is off, or another instance is meant. */
export function faultInEffect(state: DesiredState, name: FaultName, instance: string): FaultState | undefined {
  const fault = state.faults.get(name);
  return fault?.on && (fault.target === null || fault.target === instance) ? fault : undefined;
}

/** The ids of the orders that a part of this role has taken up when it has taken up the state: what it says it obeys. */
export function ordersFor({ faults, pace, reset }: DesiredState, role: Exclude<Fault['obeyedBy'], 'models'>): string[] {
  const ids = faultCatalogue.flatMap(({ name, obeyedBy }) => (obeyedBy === role ? (faults.get(name)?.id ?? []) : []));
  if (role === 'producer' && pace.id !== '') ids.push(pace.id);
  if (role === 'supervisor' && reset !== undefined) ids.push(reset.id);
  return ids;
}

function faultState({ lasts }: Fault, order: FaultOrder, { now, isNew }: Reading): FaultState {
  const { on, issuedAt, until } = order;
  const kept = {
    on,
    id: cut(order.id),
    issuedAt,
    target: order.target === null ? null : cut(order.target),
    by: cut(order.by),
  };
  if (!on || lasts === undefined) return { ...kept, endsAt: null };
  const asked = until === null ? lasts.seconds * 1_000 : Math.max(0, until - issuedAt);
  const durationMs = Math.min(asked, lasts.mostSeconds * 1_000);
  // What comes while one reads has just begun: clocks of two machines need not agree.
  const endsAt = isNew ? now + durationMs : Math.min(issuedAt, now) + durationMs;
  return endsAt > now ? { ...kept, endsAt } : { ...kept, on: false, endsAt: null };
}

function boundedPace({ id, issuedAt, paused, speed, steps, jumpTo }: PaceOrder): PaceOrder {
  const isSpeed = Number.isFinite(speed) && speed > 0;
  return {
    id: cut(id),
    issuedAt,
    paused,
    speed: isSpeed ? Math.min(Math.max(speed, SPEEDS.slowest), SPEEDS.fastest) : 1,
    steps: Math.max(0, steps),
    jumpTo,
  };
}

function withPart(
  parts: DesiredState['parts'],
  key: string,
  value: ControlRecord | null,
  { now, isNew }: Reading,
): DesiredState['parts'] {
  const part = value?.part;
  const after = new Map(parts);
  after.delete(key);
  if (!part || !(part.role === 'producer' || part.role === 'supervisor') || key !== `${part.role}/${part.instance}`) {
    return after;
  }
  const obeys = part.obeys.slice(0, MOST_IDS).map(cut);
  const faults = part.faults.filter(isFaultName);
  const answer = part.answer && {
    id: cut(part.answer.id),
    why: part.answer.why === null ? null : part.answer.why.slice(0, LONGEST_SENTENCE),
  };
  after.set(key, {
    ...part,
    obeys,
    faults,
    ...(answer && { answer }),
    lastHeardAt: isNew ? now : Math.min(part.heardAt, now),
  });
  // The one that was heard of longest ago comes first.
  const [oldest] = after.keys();
  if (after.size > MOST_PARTS && oldest !== undefined) after.delete(oldest);
  return after;
}

function cut(text: string): string {
  return text.slice(0, LONGEST_TEXT);
}
