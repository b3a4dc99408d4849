import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, connectCluster } from '#shared/kafka';
import { seededRandom } from '#shared/testing';
import { type ChaosTopics, chaosTopics, PARTITIONS } from '../chaos-topology.js';
import { type ChaosBroker, type ChaosCluster, startChaosBroker } from './chaos-broker.js';
import { type Fault, faultSchedule } from './fault-schedule.js';
import { feed } from './input-feed.js';
import { OutputWatch } from './output-watch.js';
import { type Recount, recount } from './recount.js';
import { ScorerFleet } from './scorer-fleet.js';
import { judge, type Verdict } from './verdict.js';

export interface ChaosOptions {
  readonly on: ChaosCluster;
  readonly guarantee: 'exactly_once' | 'at_least_once';
  readonly seed: number;
  readonly records: number;
  /** How long inputs come and faults happen. */
  readonly durationMs: number;
  /** The mean time from one fault to the next. */
  readonly faultEveryMs: number;
  readonly sessionTimeoutMs: number;
  /** Told what happens, a line each. */
  readonly onEvent?: (line: string) => void;
}

export interface ChaosResult extends Pick<Recount, 'inputs' | 'filtered'> {
  readonly scored: number;
  readonly deadLetters: number;
  readonly verdict: Verdict;
  readonly faults: readonly Fault[];
  /** Milliseconds from a kill until all input partitions of the scorer had another's output. */
  readonly recoveriesMs: readonly number[];
  /** Milliseconds from the last input or fault to the last output. */
  readonly drainedMs: number;
  /** Scorers that ended unasked. */
  readonly deaths: readonly string[];
  readonly failedStarts: number;
  /** What the scorers said, where outputs did not come any more though some were missing. */
  readonly stalled: string | undefined;
}

const SCORERS = 3;
/** Apache Kafka takes seconds to come back, on a machine with much to do more than ten. */
const BROKER_EVERY_MS = { embedded: 5_000, kafka: 25_000 } as const;
/** Event time is long ago: by the clock, records would be old enough to be deleted. */
const CONFIG = { 'retention.ms': '-1' };
/** No output for so long, though some are missing: the scorers hang. */
const STALLED_MS = 60_000;
/** What the second sub-topology has to do after the last output, and what must not come any more. */
const AFTERMATH_MS = 1_500;

/** Runs the scorers through a seeded schedule of faults, and compares what they wrote with a recount of the inputs. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const broker = await startChaosBroker[options.on]();
  try {
    const cluster = await connectCluster({ brokers: [broker.address], clientId: 'chaos' });
    try {
      return await runOn(broker, cluster, options);
    } finally {
      await cluster.close();
    }
  } finally {
    await broker.close();
  }
}

async function runOn(broker: ChaosBroker, cluster: Cluster, options: ChaosOptions): Promise<ChaosResult> {
  const { seed, guarantee, sessionTimeoutMs, onEvent = () => undefined } = options;
  const prefix = `chaos-${seed}`;
  const topics = chaosTopics(prefix);
  await createTopics(cluster, topics);
  const fleet = new ScorerFleet({ brokers: broker.address, prefix, guarantee, sessionTimeoutMs });
  const watch = await OutputWatch.open(cluster, topics);
  try {
    for (let scorer = 0; scorer < SCORERS; scorer += 1) fleet.start(scorer);
    const schedule = {
      ...options,
      everyMs: options.faultEveryMs,
      scorers: SCORERS,
      brokerEveryMs: BROKER_EVERY_MS[options.on],
    };
    const faults = faultSchedule(seededRandom(seed), schedule).map((fault) => bearable(fault, options.on));
    await Promise.all([
      feed(cluster, topics, seededRandom(seed + 1), options),
      wreak(faults, { broker, fleet, watch, onEvent }),
    ]);
    const endedAt = performance.now();
    onEvent('the last input is written, the last fault over');
    const expected = await recount(cluster, topics);
    const stalled = await untilDrained(watch, expected, fleet);
    onEvent(stalled === undefined ? 'all outputs are there' : 'outputs are missing, and none comes any more');
    await delay(AFTERMATH_MS);
    await fleet.leaveAll();
    return {
      inputs: expected.inputs,
      filtered: expected.filtered,
      scored: expected.outputs.size,
      deadLetters: expected.deadLetters.size,
      verdict: await judge(cluster, topics, `${prefix}.app`, expected),
      faults,
      recoveriesMs: watch.recoveriesMs,
      drainedMs: Math.max(0, watch.latestAt - endedAt),
      deaths: fleet.deaths,
      failedStarts: fleet.failedStarts,
      stalled,
    };
  } finally {
    await fleet.close();
    await watch.close();
  }
}

async function createTopics(
  cluster: Cluster,
  { inputs, outputs, counts, sums, deadLetters, audit }: ChaosTopics,
): Promise<void> {
  const names = [inputs, outputs, counts, sums, deadLetters, audit].map(({ name }) => name);
  await cluster.ensureTopics(names.map((name) => ({ name, partitions: PARTITIONS, config: CONFIG })));
}

interface Scene {
  readonly broker: ChaosBroker;
  readonly fleet: ScorerFleet;
  readonly watch: OutputWatch;
  readonly onEvent: (line: string) => void;
}

/** Apache Kafka is not killed: `startKafka` says why. */
function bearable(fault: Fault, on: ChaosCluster): Fault {
  return on === 'kafka' && fault.kind === 'broker-kill' ? { ...fault, kind: 'broker-stop' } : fault;
}

/** Does what the schedule says; what lasts overlaps with what comes after it, but for the broker, which is one. */
async function wreak(faults: readonly Fault[], scene: Scene): Promise<void> {
  let guest = SCORERS;
  const startedAt = performance.now();
  const lasting: Promise<void>[] = [];
  let broker = Promise.resolve();
  for (const fault of faults) {
    await delay(Math.max(0, fault.atMs - (performance.now() - startedAt)));
    if (fault.kind === 'broker-kill' || fault.kind === 'broker-stop') {
      broker = broker.then(() => restart(fault, scene));
      lasting.push(broker);
    } else lasting.push(fault.kind === 'join' ? visit(guest++, fault, scene) : happen(fault, scene));
  }
  await Promise.all(lasting);
}

async function restart({ kind, forMs }: Fault, { broker, fleet, onEvent }: Scene): Promise<void> {
  onEvent(kind);
  const stop = () => broker.stop(kind === 'broker-kill' ? 'killed' : 'orderly');
  await (broker.keepsCommitsInFlight ? stop() : fleet.whileFrozen(stop));
  onEvent('the broker has ended');
  await delay(forMs);
  await broker.start();
  onEvent('the broker is back');
}

/** One scorer more, for a while. */
async function visit(guest: number, { forMs }: Fault, { fleet, onEvent }: Scene): Promise<void> {
  fleet.start(guest);
  onEvent(`join ${fleet.nameOf(guest)}`);
  // It takes a second to join, and the group a moment to share.
  await delay(3_000 + forMs);
  onEvent(`leave ${fleet.nameOf(guest)}`);
  await fleet.leave(guest);
}

async function happen({ kind, forMs, scorer: wanted }: Fault, { fleet, watch, onEvent }: Scene): Promise<void> {
  const scorer = fleet.free(wanted, SCORERS);
  if (scorer === undefined) return;
  const name = fleet.nameOf(scorer) ?? '';
  onEvent(`${kind} ${name}`);
  if (kind === 'kill') {
    watch.killed(name);
    await fleet.kill(scorer, forMs);
  } else if (kind === 'pause') {
    await fleet.pause(scorer, forMs);
    onEvent(`${name} goes on`);
  } else {
    await fleet.leave(scorer);
    await delay(forMs);
    fleet.start(scorer);
  }
}

/** Waits for an output of each input; gives what the scorers said where none comes any more. */
async function untilDrained(watch: OutputWatch, expected: Recount, fleet: ScorerFleet): Promise<string | undefined> {
  const since = performance.now();
  while (watch.seen.size < expected.outputs.size) {
    if (performance.now() - Math.max(since, watch.latestAt) > STALLED_MS) return fleet.tails();
    await delay(100);
  }
  return undefined;
}
