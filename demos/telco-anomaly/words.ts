import type { Kpis } from './kpis.js';

/** A KPI as people call it, and what it is measured in. */
const kpiWords: Readonly<Record<keyof Kpis, readonly [name: string, unit: string]>> = {
  connectedUsers: ['users', ''],
  trafficMegabytes: ['traffic', ' MB'],
  prbUtilization: ['radio load', ' %'],
  userThroughput: ['speed', ' Mbit/s'],
  latency: ['latency', ' ms'],
  interference: ['interference', ' dBm'],
  sessionSetups: ['session setups', ''],
  setupFailures: ['setup failures', ''],
  droppedSessions: ['dropped sessions', ''],
  handovers: ['handovers', ''],
  handoverFailures: ['handover failures', ''],
};

const faultWords: Readonly<Record<string, string>> = {
  sleepingCell: 'sleeping cell',
  neighbourOutage: 'neighbour out',
  backhaulDegradation: 'broken backhaul',
  externalInterference: 'foreign transmitter',
  clockShift: 'wrong clock',
  slowDrift: 'slow drift',
};

// A later model may give reasons of other names: they are shown as they are.
const wordsOf = (kpi: string): readonly [string, string] => (kpi in kpiWords ? kpiWords[kpi as keyof Kpis] : [kpi, '']);

export const kpiInWords = (kpi: string): string => wordsOf(kpi)[0];

/** "speed 4.2 Mbit/s" */
export function measured(kpi: string, value: number | undefined): string {
  const [name, unit] = wordsOf(kpi);
  return value === undefined ? name : `${name} ${String(value).replace('-', '−')}${unit}`;
}

export const faultInWords = (fault: string | null): string =>
  fault === null ? 'no fault' : (faultWords[fault] ?? fault);
