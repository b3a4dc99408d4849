import { KitError } from '#shared/errors';
import type { StateStore } from '../stores/state-store.js';
import type { ProcessorNode } from '../topology/graph.js';
import type { Failures } from './failures.js';
import type { Cancellable, OperatorContext, PunctuationType } from './operator-context.js';
import type { Punctuations } from './punctuations.js';
import type { TaskOptions } from './task-options.js';
import type { AnyStep, Walk } from './walk.js';

/** What the operators of a task have in common. */
export interface TaskParts {
  readonly options: TaskOptions;
  readonly walk: Walk;
  readonly failures: Failures;
  readonly punctuations: Readonly<Record<PunctuationType, Punctuations>>;
  /** In the order in which the operators are made: those further down first. */
  readonly begins: (() => void)[];
  readonly commits: (() => void)[];
  readonly closes: (() => void)[];
  /** What operators share, by name. */
  readonly shared: Map<string, unknown>;
  readonly requestCommit: () => void;
}

/** What an operator may ask of its task. */
export function createOperatorContext(
  node: ProcessorNode,
  { options, walk, failures, punctuations, begins, commits, closes, shared, requestCommit }: TaskParts,
  stepOf: (child: string) => AnyStep | undefined,
): OperatorContext {
  const schedule = (intervalMs: number, type: PunctuationType, punctuate: (timestamp: number) => void): Cancellable => {
    if (!(intervalMs >= 1)) {
      throw new KitError(
        'topology',
        `${node.name} schedules a punctuation every ${intervalMs} ms; it must be 1 or more.`,
      );
    }
    // Stream time is on a grid from 0 on, the wall clock's from now.
    const firstAt = type === 'stream-time' ? 0 : options.now() + intervalMs;
    return punctuations[type].schedule(firstAt, intervalMs, (timestamp) => {
      try {
        punctuate(timestamp);
      } catch (error) {
        failures.handle(error, 'processing', node.name, walk.context);
      }
    });
  };
  return {
    operator: node.name,
    taskId: options.id,
    emitIntervalMs: options.emitIntervalMs,
    now: options.now,
    streamTime: () => walk.streamTime,
    recordContext: () => walk.context,
    withRecordContext(context, work) {
      const outer = walk.context;
      // What was restored does not know which record it came from.
      walk.context = context ?? outer;
      try {
        work();
      } finally {
        walk.context = outer;
      }
    },
    drop: options.onDropped,
    store<S extends StateStore>(name: string): S {
      const store = options.stores.get(name);
      if (store === undefined) {
        throw new KitError('topology', `${node.name} asks for the store "${name}", which there is not.`);
      }
      // The topology has connected the operator with a store of its kind.
      return store as S;
    },
    schedule,
    requestCommit,
    afterChunk: (flush) => walk.addFlush(flush),
    park: () => walk.park(),
    resume: (at, next, record) => walk.resume(at, next, record),
    fail(at, error) {
      walk.unpark(at);
      failures.handle(error, 'processing', node.name, walk.context);
    },
    onBegin: (work) => {
      begins.push(work);
    },
    onCommit: (work) => {
      commits.push(work);
    },
    onClose: (work) => {
      closes.push(work);
    },
    shared<T>(name: string, make: () => T): T {
      if (!shared.has(name)) shared.set(name, make());
      return shared.get(name) as T;
    },
    forwardTo(child, record) {
      const step = stepOf(child);
      if (step === undefined) {
        throw new KitError('topology', `${node.name} forwards to "${child}", which is none of its children.`);
      }
      step(record);
    },
  };
}
