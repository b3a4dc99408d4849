import type { Alarm, Outcome } from './topics.js';
import { WINDOW_MS } from './window-time.js';

/** Faults, and alarms, that are remembered. */
const KEPT = 200;

interface Fault {
  readonly cellId: string;
  readonly fault: string;
  readonly from: number;
  readonly to: number;
}

/** What is known by now of what was the matter, and so of what alarms were worth. */
export class KnownFaults {
  readonly #faults = new Map<string, Fault>();
  /** For each cell, the end of the latest window of which it is known that nothing was the matter. */
  readonly #goodUntil = new Map<string, number>();

  add({ cellId, windowStart, knownAt, fault, incident }: Outcome): void {
    const end = windowStart + WINDOW_MS;
    if (fault === null) {
      this.#goodUntil.set(cellId, end);
      return;
    }
    // All windows of an incident are known at once; its number comes again in a later lap.
    const key = `${incident} ${knownAt}`;
    const known = this.#faults.get(key);
    this.#faults.set(key, {
      cellId,
      fault,
      from: Math.min(known?.from ?? windowStart, windowStart),
      to: Math.max(known?.to ?? end, end),
    });
    const [oldest] = this.#faults.keys();
    if (this.#faults.size > KEPT && oldest !== undefined) this.#faults.delete(oldest);
  }

  /** The fault that an alarm told of; null where there was none, undefined while nobody knows. */
  of(alarm: Alarm): string | null | undefined {
    for (const fault of this.#faults.values()) if (meets(fault, alarm)) return fault.fault;
    return (this.#goodUntil.get(alarm.cellId) ?? 0) >= alarm.until ? null : undefined;
  }

  /** How many faults are known, and how many of them these alarms told of. */
  count(alarms: readonly Alarm[]): { readonly known: number; readonly found: number } {
    const faults = [...this.#faults.values()];
    return {
      known: faults.length,
      found: faults.filter((fault) => alarms.some((alarm) => meets(fault, alarm))).length,
    };
  }
}

function meets(fault: Fault, { cellId, since, until }: Alarm): boolean {
  return cellId === fault.cellId && since < fault.to && until > fault.from;
}
