import { setTimeout as delay } from 'node:timers/promises';
import type { PredictionFields } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import type { RunAudit } from '#shared/monitoring';
import { companionTopics } from './demo-definition.js';
import type { RunningDemo } from './demo-run.js';
import { instanceName } from './instance-name.js';
import { loneParts } from './lone-parts.js';
import { partArguments } from './part-command.js';
import type { PartAtWork } from './parts-at-work.js';
import { preciseNow, produceRecords } from './producer-role.js';
import { aborted } from './shutdown.js';

/** Main records on their way at most: the producer waits for the scorer instead of filling the broker's memory. */
const MAX_IN_FLIGHT = 20_000;
/** A run is given up when nothing more has been settled for so long, while nothing is switched on that would explain it. */
const PATIENCE_MS = 30_000;
/** What Ctrl-C leaves for the records that are on their way. */
const DRAIN_MS = 2_000;

/** How a run went; what became of each record, the watch knows. */
export interface RunOutcome {
  /** From the first record to the last that was settled. */
  readonly elapsedMs: number;
  /** The order by which it was not to come to its end, but to begin anew. */
  readonly anew?: { readonly id: string };
  /** What ended the run before its time, and whether the user was told when it happened. */
  readonly failure?: { readonly error: KitError; readonly said: boolean };
}

/** Produces, and waits until every record is accounted for, or no more can be. */
export async function accountForRun<I, P extends PredictionFields, O>(
  running: RunningDemo<I, P, O>,
): Promise<RunOutcome> {
  const { definition, options, demo, watch, observer, scorer, terminal, shutdown } = running;
  const startedAt = preciseNow();
  const stop = new AbortController();
  const stopped = AbortSignal.any([shutdown.signal, stop.signal]);
  const producing = produceRecords(definition, demo, {
    ...(options.records !== undefined && { records: options.records }),
    ...(options.rate !== undefined && { rate: options.rate }),
    seed: options.seed,
    monitoring: options.monitoring,
    run: running.run,
    signal: stopped,
    onSent: (records) => roomInFlight(records, watch, stopped),
  });
  const work = producing.then(() => settle(running, preciseNow(), stop.signal));
  const anew = askedAnew(running, stop.signal);
  const stays = options.records === undefined && !options.headless && !options.endWithScorer;
  const gone = stays ? outliveScorer(running) : scorer.gone;
  const end = await Promise.race([work, observer.finished, gone, anew]).then(
    (reason) => (reason instanceof KitError ? { error: reason, said: true } : reason),
    (error: unknown) => ({ error: KitError.from(error, 'run-failed'), said: false }),
  );
  stop.abort();
  // What it still sends would lie among the first records of the next run.
  const isAnew = end !== undefined && 'id' in end;
  if (isAnew) await producing.catch((error: unknown) => options.verbose && terminal.error(error));
  else if (end !== undefined) await seeWhatIsLost(running);
  return {
    elapsedMs: Math.max((watch.lastSettledAt ?? startedAt) - startedAt, 1),
    ...(isAnew && { anew: end }),
    ...(end !== undefined && !isAnew && { failure: end }),
  };
}

/**
 * Resolves when somebody asks for a beginning from a clean state, or has while the run was starting; never when the signal is
 * aborted before. It is refused while parts are at work that were started alone: the topics would go from under them.
 */
function askedAnew<I, P extends PredictionFields, O>(
  { definition, control, supervisor, watch, scorer, terminal }: RunningDemo<I, P, O>,
  signal: AbortSignal,
): Promise<{ readonly id: string }> {
  return new Promise((resolve) => {
    const look = (): void => {
      const id = supervisor?.asked;
      if (supervisor === undefined || id === undefined) return;
      const own = { scorers: scorer.instances, producer: instanceName() };
      const { parts } = control.state;
      const others = loneParts({ own, scorers: watch.heardScorers, parts, now: Date.now() });
      const why = others.length === 0 ? null : refusalInWords(definition.name, others);
      if (why !== null) terminal.say(why);
      void supervisor.answer({ id, why }).then(() => {
        if (why === null) resolve({ id });
      });
    };
    const unfollow = control.onChange(look);
    signal.addEventListener('abort', unfollow, { once: true });
    look();
  });
}

function refusalInWords(demo: string, others: readonly PartAtWork[]): string {
  const named = others.slice(0, 3).map(({ what, instance }) => `${what} ${instance}`);
  const more = others.length > named.length ? ` and ${others.length - named.length} more` : '';
  return `${demo} does not begin anew: at work on it, started alone, ${named.length === 1 && more === '' ? 'is' : 'are'} ${named.join(', ')}${more}. End what is at work first, where it was started.`;
}

/** Back-pressure: nothing to wait for as long as few records are on their way. */
function roomInFlight(
  sent: number,
  { audit }: { readonly audit: Pick<RunAudit<unknown>, 'settledInputs'> },
  signal: AbortSignal,
): Promise<void> | undefined {
  const inFlight = (): number => sent - audit.settledInputs;
  if (inFlight() <= MAX_IN_FLIGHT) return undefined;
  return (async () => {
    while (inFlight() > MAX_IN_FLIGHT && !signal.aborted) await delay(2);
  })();
}

/** Waits until each input on the topic is settled and everything written for it has been read, or nobody waits for that any more. */
async function settle<I, P extends PredictionFields, O>(
  { definition, where, demo, watch, observer, scorer, control, shutdown }: RunningDemo<I, P, O>,
  producedAt: number,
  givenUp: AbortSignal,
): Promise<void> {
  if (givenUp.aborted) return;
  const names = (topics: readonly { readonly name: string }[]): string[] =>
    topics.map((topic) => demo.topicName(topic));
  const { input, outcomes, predictions } = definition.topics;
  const interrupted = shutdown.signal.aborted;
  // What the page's form asked is a unit of the run as well: none may come when the others are counted.
  await watch.asks.close();
  let settled = { inputs: watch.audit.settledInputs, at: producedAt };
  // Another demo of the run may have its broker away, of which this one's own topic says nothing.
  const isDisturbed = (): boolean =>
    scorer.isEmpty || where.broker?.isAway === true || [...control.state.faults.values()].some(({ on }) => on);
  const until = async (condition: () => boolean): Promise<void> => {
    const silentForMs = (): number => {
      // What the rule leaves out is settled when it is read, and nothing comes of it.
      const inputs = watch.audit.settledInputs;
      if (inputs !== settled.inputs || (isDisturbed() && !interrupted)) settled = { inputs, at: preciseNow() };
      return preciseNow() - Math.max(watch.lastSettledAt ?? 0, settled.at);
    };
    while (!condition() && !givenUp.aborted && silentForMs() < (interrupted ? DRAIN_MS : PATIENCE_MS)) {
      // Interrupted after all was produced: what is on its way gets as long as it would have got.
      if (!interrupted && shutdown.signal.aborted && preciseNow() - producedAt > DRAIN_MS) return;
      await delay(5);
    }
  };
  const inputs = await demo.cluster.endOffsets(names([input, outcomes]));
  await until(() => observer.hasReached(inputs) && watch.audit.outstanding === 0);
  const outputs = await demo.cluster.endOffsets(names([predictions, companionTopics(definition.name).deadLetters]));
  await until(() => observer.hasReached(outputs));
}

/** After a failure: every input that was written is one that must be accounted for, so it is read before the count. */
async function seeWhatIsLost<I, P extends PredictionFields, O>(running: RunningDemo<I, P, O>): Promise<void> {
  const { definition, demo, observer } = running;
  const deadline = preciseNow() + DRAIN_MS;
  try {
    const ends = await demo.cluster.endOffsets([demo.topicName(definition.topics.input)]);
    while (!observer.hasReached(ends) && preciseNow() < deadline) await delay(5);
  } catch (error) {
    // The cluster is what failed: the count is of what was read of it.
    if (running.options.verbose) running.terminal.error(error);
  }
}

/** On a live page a scorer that is gone is something to see, and another can take its place: the demo stays. */
async function outliveScorer<I, P extends PredictionFields, O>({
  definition,
  options,
  where,
  watch,
  scorer,
  terminal,
  shutdown,
}: RunningDemo<I, P, O>): Promise<KitError> {
  try {
    return await scorer.gone;
  } catch (reason) {
    const error = KitError.from(reason);
    terminal.error(error);
    const others = watch.heardScorers.filter(
      ({ instance, state }) => !scorer.instances.has(instance) && state === 'RUNNING',
    );
    terminal.say(`${othersInWords(others.length)} To put another scorer in its place:`);
    terminal.say(`  npm run demo:${definition.name} -- ${partArguments('scorer', options, where).join(' ')}`);
    await aborted(shutdown.signal);
    return error;
  }
}

function othersInWords(others: number): string {
  if (others === 0) return 'Nothing is scored now, as the page shows.';
  const subject = others === 1 ? 'Another scorer goes on and takes' : `${others} other scorers go on and take`;
  return `${subject} over its partitions when the group misses it.`;
}
