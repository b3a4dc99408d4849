import { cpus, loadavg, release, totalmem } from 'node:os';

/** Where and when figures were taken. */
export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryGigabytes: number;
  readonly node: string;
  readonly system: string;
  /** Of the minute before the start: what else the machine did. */
  readonly load: number;
  readonly startedAt: string;
}

export function describeMachine(): Machine {
  return {
    cores: cpus().length,
    model: cpus()[0]?.model.trim() ?? 'unknown processor',
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    system: `${process.platform} ${release()}`,
    load: loadavg()[0] ?? Number.NaN,
    startedAt: new Date().toISOString(),
  };
}

export const machineLine = ({ cores, model, memoryGigabytes, node, system, load, startedAt }: Machine): string =>
  `${cores} × ${model}, ${memoryGigabytes} GB, Node ${node}, ${system}, load ${load.toFixed(1)} at the start, ${startedAt}`;
