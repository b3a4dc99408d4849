import { freemem, totalmem } from 'node:os';
import { bad, type Finding, good, note } from './finding.js';

export interface Memory {
  /** Megabytes that programs can have now; undefined where the system does not say, as macOS. */
  readonly available: number | undefined;
  /** Megabytes of the machine, or of the container. */
  readonly total: number;
}

/** Megabytes of all processes together, the monitor's included, after half a minute at their own pace. */
const ONE_DEMO = 614;
const ALL_DEMOS = 1_126;
/** Megabytes that the containers of each profile stay below, by the limits in docker-compose.yml. */
const STACKS = { light: 2_048, default: 2_662, all: 3_994 } as const;

export function lookAtMemory(): Memory {
  const constrained = process.constrainedMemory();
  const total = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  const available = Math.min(freemem(), process.availableMemory());
  // What macOS calls free leaves out what it would give back at once.
  return { available: process.platform === 'darwin' ? undefined : megabytes(available), total: megabytes(total) };
}

const megabytes = (bytes: number): number => Math.floor(bytes / 1_048_576);

export function judgeMemory({ available, total }: Memory): Finding {
  const there = available ?? total;
  const found = `${gigabytes(there)} GB ${available === undefined ? 'in this machine' : `available of ${gigabytes(total)} GB`}`;
  const needs = `a demo takes about ${gigabytes(ONE_DEMO)} GB, all four about ${gigabytes(ALL_DEMOS)} GB`;
  if (there < ONE_DEMO) return bad('Memory', `${found}; ${needs}`, 'End other programs, or give the container more.');
  if (there < ALL_DEMOS) return note('Memory', `${found}; ${needs}`, 'Run one demo at a time.');
  return good('Memory', `${found}; ${needs}`);
}

/** Of the containers of docker-compose.yml, as `docker compose up` starts them unless told otherwise. */
export function judgeMemoryOfStack({ available, total }: Memory): Finding {
  const there = available ?? total;
  const has = `${gigabytes(there)} GB ${available === undefined ? 'in this machine' : 'available'}`;
  const found = `${has}; docker compose up takes up to ${gigabytes(STACKS.default)} GB, the profile light ${gigabytes(STACKS.light)}, all ${gigabytes(STACKS.all)}`;
  if (there >= STACKS.default) return good('Memory', found);
  if (there >= STACKS.light) return note('Memory', found, 'Start less: docker compose --profile light up.');
  return note('Memory', found, 'End other programs; containers beyond what there is are killed.');
}

const gigabytes = (count: number): string => (count / 1_024).toFixed(1);
