export const MINUTE_MS = 60_000;
export const MINUTES_A_WINDOW = 5;
export const WINDOW_MS = MINUTES_A_WINDOW * MINUTE_MS;
/** How far a report may come behind the newest of its partition, and still count. */
export const GRACE_MS = 5 * MINUTE_MS;

/** The start of the tumbling window that a moment lies in. */
export function windowStartOf(time: number): number {
  return time - (time % WINDOW_MS);
}

/** `cell-001-20260305T0000`: a cell and the start of a window, UTC. */
export function windowId(cellId: string, windowStart: number): string {
  return `${cellId}-${new Date(windowStart).toISOString().slice(0, 16).replace(/[-:]/g, '')}`;
}

/** Whether a window takes no report any more; `newest` is the latest minute that its partition has told of. */
export function isClosed(windowStart: number, newest: number): boolean {
  return windowStart + WINDOW_MS + GRACE_MS <= newest;
}
