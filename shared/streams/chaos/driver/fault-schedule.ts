import type { Random } from '#shared/testing';

/** What is done to the run; `forMs` is how long it lasts. */
export interface Fault {
  readonly kind: FaultKind;
  /** Milliseconds since the start. */
  readonly atMs: number;
  readonly forMs: number;
  /** The scorer that it happens to; of no meaning to a broker. */
  readonly scorer: number;
}

/**
 * - kill: SIGKILL; the scorer starts again after `forMs`.
 * - pause: SIGSTOP, SIGCONT after `forMs`.
 * - leave: SIGTERM; the scorer starts again after `forMs`.
 * - join: one more scorer, which leaves by SIGTERM after `forMs`.
 * - broker-kill, broker-stop: SIGKILL or an orderly end; the broker starts again after `forMs`.
 */
type FaultKind = (typeof faultKinds)[number];

const faultKinds = ['kill', 'pause', 'leave', 'join', 'broker-kill', 'broker-stop'] as const;

export interface ScheduleOptions {
  readonly durationMs: number;
  /** The mean time from one fault to the next. */
  readonly everyMs: number;
  readonly scorers: number;
  readonly sessionTimeoutMs: number;
  /** The least time from one fault of the broker to the next, in which something can go on. */
  readonly brokerEveryMs: number;
}

/** The first fault waits until the scorers have something to lose. */
const QUIET_MS = 3_000;

/** Faults at random moments; each kind occurs where there is time for it, and the first pause outlasts the session. */
export function faultSchedule(random: Random, options: ScheduleOptions): Fault[] {
  const { durationMs, everyMs, scorers, sessionTimeoutMs, brokerEveryMs } = options;
  const faults: Fault[] = [];
  let kinds: FaultKind[] = [];
  let pauses = 0;
  let brokerMayFailAt = 0;
  for (let atMs = QUIET_MS; atMs < durationMs; atMs += Math.round(everyMs * (0.3 + 1.4 * random()))) {
    // What may not be now comes first as soon as it may: kinds that were put off are at the end.
    const isDue = (kind: FaultKind): boolean => !ofBroker(kind) || atMs >= brokerMayFailAt;
    if (!kinds.some(isDue)) kinds = [...shuffled(faultKinds, random), ...kinds];
    const [kind = 'kill'] = kinds.splice(kinds.findLastIndex(isDue), 1);
    if (ofBroker(kind)) brokerMayFailAt = atMs + brokerEveryMs;
    const isLong = kind === 'pause' && pauses++ % 2 === 0;
    const forMs = Math.round(isLong ? sessionTimeoutMs * (1.2 + random()) : 100 + 2_900 * random() ** 2);
    faults.push({ kind, atMs, forMs, scorer: Math.floor(random() * scorers) });
  }
  return faults;
}

function ofBroker(kind: FaultKind): boolean {
  return kind === 'broker-kill' || kind === 'broker-stop';
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
  return all
    .map((one) => [random(), one] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, one]) => one);
}

export function describeFault({ kind, atMs, forMs, scorer }: Fault): string {
  const whom = ofBroker(kind) || kind === 'join' ? '' : ` ${scorer}`;
  return `${(atMs / 1_000).toFixed(1)}s ${kind}${whom} (${(forMs / 1_000).toFixed(1)}s)`;
}
