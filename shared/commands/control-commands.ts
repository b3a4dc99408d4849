import { z } from 'zod';
import { type DesiredState, type FaultName, faultNames } from '#shared/control';
import { type Command, furthest, type StoryMoment, timeOf } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import { isTurned } from '#shared/scoring';
import { checkedBody } from './command-body.js';
import type { ControlWatch } from './control-watch.js';
import { answerTo } from './have-begun-anew.js';
import { type FaultReach, type HeardScorer, switchFault } from './switch-fault.js';

const paceBody = z.strictObject({
  paused: z.union([z.boolean(), z.literal('other')]).optional(),
  speed: z.union([z.number().positive(), z.enum(['faster', 'slower'])]).optional(),
  steps: z.int().min(1).max(100).optional(),
  /** Which moment of the story to hurry to. */
  moment: z.int().min(0).optional(),
});

const faultBody = z.strictObject({ name: z.enum(faultNames), on: z.union([z.boolean(), z.literal('other')]) });

/** From one to the next by a key. */
const speeds = [0.25, 0.5, 1, 2, 4, 8, 16];

interface Commanded {
  readonly control: ControlWatch;
  readonly story: readonly StoryMoment[];
  /** The scorers that are not silent. */
  readonly scorers: () => readonly (HeardScorer & { readonly modelVersion: string })[];
  /** By what faults are switched. */
  readonly reach: Omit<FaultReach, 'writer' | 'scorers'>;
}

/**
 * What a page can ask of the parts of its demo: `pace`, `fault` and `reset`. What is there is changed from what it is when the order's
 * turn has come: a page that has not heard of the order before must not undo it.
 */
export function controlCommands({ control, story, scorers, reach }: Commanded): Readonly<Record<string, Command>> {
  // Of a bad model it is what serves that counts: a version can be rolled back by other hands.
  const isOn = (name: FaultName, now: DesiredState): boolean =>
    name === 'bad-model'
      ? scorers().some(({ modelVersion }) => isTurned(modelVersion))
      : now.faults.get(name)?.on === true;
  const fault: Command = async (body, signal) => {
    const { name, on: wanted } = checkedBody(faultBody, body);
    await control.order(async (writer, now) => {
      const on = wanted === 'other' ? !isOn(name, now) : wanted;
      return (await switchFault({ name, on, by: 'page' }, { ...reach, writer, scorers })).order.id;
    }, signal);
    return { on: control.state.faults.get(name)?.on === true };
  };
  // Those before it may be waiting for the very broker that it brings back.
  const beforeTurn = (body: unknown): void => {
    const { data } = faultBody.safeParse(body);
    if (data?.name !== 'lost-broker') return;
    if (data.on === false || (data.on === 'other' && isOn('lost-broker', control.state))) reach.resumeBroker?.();
  };
  return {
    pace: async (body, signal) => {
      const { moment, paused, speed, steps } = checkedBody(paceBody, body);
      const jumpTo = moment === undefined ? undefined : timeToGoTo(story[moment], control);
      await control.order(async (writer, { pace }) => {
        const { id } = await writer.changePace(pace, {
          ...(paused !== undefined && { paused: paused === 'other' ? !pace.paused : paused }),
          ...(speed !== undefined && { speed: speedFrom(pace.speed, speed) }),
          ...(steps !== undefined && { steps }),
          ...(jumpTo !== undefined && { jumpTo }),
        });
        return id;
      }, signal);
      return { paused: control.state.pace.paused, speed: control.state.pace.speed };
    },
    reset: async (_body, signal) => {
      let id = '';
      await control.order(async (writer) => {
        ({ id } = await writer.askReset());
        // Who obeys it ends this page's own part as well: there may be nobody left to read it back.
        return undefined;
      }, signal);
      const isAnswered = (state: DesiredState): boolean => answerTo(id, state) !== undefined;
      await control.until(isAnswered, signal);
      const refusal = answerTo(id, control.state)?.why;
      if (typeof refusal === 'string') throw new KitError('usage', refusal);
      if (!isAnswered(control.state) && !control.isClosed) {
        throw new KitError('run-failed', 'The demo was asked to begin anew, and has not said yet whether it does.');
      }
    },
    fault: Object.assign(fault, { beforeTurn }),
  };
}

function speedFrom(now: number, wanted: number | 'faster' | 'slower'): number {
  if (wanted === 'faster') return speeds.find((speed) => speed > now) ?? now;
  if (wanted === 'slower') return speeds.filter((speed) => speed < now).at(-1) ?? now;
  return wanted;
}

function timeToGoTo(moment: StoryMoment | undefined, { state }: ControlWatch): number {
  if (moment === undefined) throw new KitError('usage', 'The story has no such moment.');
  const time = timeOf(moment, furthest({ state, now: Date.now() }));
  if (time === null) throw new KitError('usage', 'No producer is heard of, so nobody can hurry there.');
  return time;
}
