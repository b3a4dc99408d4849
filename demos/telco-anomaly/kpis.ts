/** What a cell measures; the model's inputs have these names. */
export interface Kpis {
  readonly connectedUsers: number;
  readonly trafficMegabytes: number;
  readonly prbUtilization: number;
  readonly userThroughput: number;
  readonly latency: number;
  readonly interference: number;
  readonly sessionSetups: number;
  readonly setupFailures: number;
  readonly droppedSessions: number;
  readonly handovers: number;
  readonly handoverFailures: number;
}

/** How a KPI is counted: in whole steps, so that adding up and dividing lose nothing. */
export interface Counting {
  readonly name: keyof Kpis;
  /** Steps in one unit: a tenth of a megabyte is a step of 10. */
  readonly steps: number;
  /** Of several minutes: their mean or their sum. */
  readonly over: 'mean' | 'sum';
  /** What it cannot pass, beside nought. */
  readonly limit?: number;
}

export const countings: readonly Counting[] = [
  { name: 'connectedUsers', steps: 10, over: 'mean' },
  { name: 'trafficMegabytes', steps: 10, over: 'sum' },
  { name: 'prbUtilization', steps: 10, over: 'mean', limit: 100 },
  { name: 'userThroughput', steps: 100, over: 'mean' },
  { name: 'latency', steps: 10, over: 'mean' },
  // Thermal noise of a resource block: -174 dBm/Hz over 180 kHz.
  { name: 'interference', steps: 10, over: 'mean', limit: -121.4 },
  { name: 'sessionSetups', steps: 1, over: 'sum' },
  { name: 'setupFailures', steps: 1, over: 'sum' },
  { name: 'droppedSessions', steps: 1, over: 'sum' },
  { name: 'handovers', steps: 1, over: 'sum' },
  { name: 'handoverFailures', steps: 1, over: 'sum' },
];

/** Each KPI from a number at its place in `countings`. */
export function toKpis(valueAt: (place: number) => number): Kpis {
  return {
    connectedUsers: valueAt(0),
    trafficMegabytes: valueAt(1),
    prbUtilization: valueAt(2),
    userThroughput: valueAt(3),
    latency: valueAt(4),
    interference: valueAt(5),
    sessionSetups: valueAt(6),
    setupFailures: valueAt(7),
    droppedSessions: valueAt(8),
    handovers: valueAt(9),
    handoverFailures: valueAt(10),
  };
}
