/** Nothing waits longer than this for its time: a night is quiet, the weeks between two laps are not worth waiting for. */
const LONGEST_PAUSE_MS = 8_000;

/** When each record is due, in milliseconds since the start of the run. */
export interface Pace {
  readonly paced: boolean;
  dueAt(eventTime: number, main: boolean): number;
}

/**
 * The pace of a run: `rate` main records a second (0 = as fast as possible), what lies between them going along;
 * or, without a rate, event time sped up.
 */
export function createPace(rate: number | undefined, eventTimeSpeed: number): Pace {
  if (rate === 0) return { paced: false, dueAt: () => 0 };
  if (rate !== undefined) {
    let sent = 0;
    return {
      paced: true,
      dueAt: (_eventTime, main) => {
        if (main) sent += 1;
        return Math.max(0, sent - 1) * (1_000 / rate);
      },
    };
  }
  let due = 0;
  let last: number | undefined;
  return {
    paced: true,
    dueAt: (eventTime) => {
      const passed = Math.max(0, eventTime - (last ?? eventTime)) / eventTimeSpeed;
      due += Math.min(passed, LONGEST_PAUSE_MS);
      last = eventTime;
      return due;
    },
  };
}
