import type { Contender, Figure } from './case.js';
import { nodeProgram, type Said, startLoad } from './load.js';
import type { Setting } from './setting.js';

/** An amount of work, and what it took. */
export interface Measured {
  readonly amount: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** A rate by the clock and by the processor's time, which a machine that is shared leaves as it is. */
export function rates(name: string, said: Said | Measured, wished?: number): Figure[] {
  const { amount, seconds, cpuSeconds } = said;
  const [count, took, cost] = [Number(amount), Number(seconds), Number(cpuSeconds)];
  return [
    { name, unit: '/s', kind: 'rate', value: count / took, ...(wished !== undefined && { wished }) },
    { name: `${name} per CPU second`, unit: '/s', kind: 'cpu-rate', value: count / cost },
  ];
}

/** All results of a program that says {"is":"end","results":{NAME:{amount,seconds,cpuSeconds}}}. */
export function ratesOf({ results }: Said): Figure[] {
  return Object.entries(results as Readonly<Record<string, Measured>>).flatMap(([name, one]) => rates(name, one));
}

export const milliseconds = (name: string, value: number, wished?: number): Figure => ({
  name,
  unit: 'ms',
  kind: 'time',
  value,
  ...(wished !== undefined && { wished }),
});

export const megabytes = (name: string, value: number, wished?: number): Figure => ({
  name,
  unit: 'MB',
  kind: 'size',
  value,
  ...(wished !== undefined && { wished }),
});

/** A contender that is one program of bench/loads, run to its end. */
export const program = (
  name: string,
  setting: Setting,
  [path, ...args]: readonly [string, ...(string | number)[]],
  figures: (said: Said) => readonly Figure[] = ratesOf,
): Contender => ({
  name,
  take: async () => figures(await startLoad(nodeProgram(path, ...args), { core: setting.cores.measured }).result),
});
