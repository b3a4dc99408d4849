import type { Processor, ProcessorContext, Windowed } from '#shared/streams';
import { type CellWindow, isComplete } from './cell-window.js';
import { countings, type Kpis, toKpis } from './kpis.js';
import type { Cell } from './topics.js';
import { MINUTE_MS, MINUTES_A_WINDOW, windowId } from './window-time.js';

const MINUTES_A_DAY = 24 * 60;

/** What the model is asked: it finds its inputs by name. */
export interface Features extends Cell, Kpis {
  readonly id: string;
  readonly windowStart: number;
  /** 1 = Monday to 7 = Sunday, UTC. */
  readonly dayOfWeek: number;
  readonly minuteOfDay: number;
}

/** Hands a window on, at its end and as the model is to be asked, with the report that makes it complete: once, or never. */
export const whenComplete = (): Processor<Windowed<string>, CellWindow | null, Windowed<string>, Features> => {
  let context: ProcessorContext<Windowed<string>, Features>;
  return {
    init(given) {
      context = given;
    },
    process({ key, value }) {
      if (value === null || !isComplete(value)) return;
      context.forward({ key, value: toFeatures(key.window, value), timestamp: key.window.end });
    },
  };
};

/** A complete window and its cell, as the model knows them. */
function toFeatures({ start }: { readonly start: number }, { cell, sums }: CellWindow): Features {
  const { cellId, cellType, bandwidthMhz, busyHourUsers } = cell;
  return {
    id: windowId(cellId, start),
    windowStart: start,
    cellId,
    cellType,
    bandwidthMhz,
    busyHourUsers,
    dayOfWeek: new Date(start).getUTCDay() || 7,
    minuteOfDay: (start / MINUTE_MS) % MINUTES_A_DAY,
    ...toKpis((place) => overWindow(sums, place)),
  };
}

/** A KPI of the five minutes together, with as many decimals as it is counted in. */
function overWindow(sums: Int32Array, place: number): number {
  const { steps = 1, over } = countings[place] ?? {};
  const sum = sums[place] ?? Number.NaN;
  return (over === 'mean' ? Math.round(sum / MINUTES_A_WINDOW) : sum) / steps;
}
