import { type DesiredState, type FaultName, faultInEffect } from '#shared/control';
import type { OutgoingRecord } from '#shared/kafka';
import type { DemoBasics, DemoRecord } from '../demo-definition.js';
import { LateData } from './late-data.js';
import { PoisonRecords } from './poison-records.js';

/** On a record that a fault has made or changed: its name. */
export const FAULT_HEADER = 'fault';

/** A record as it is to be sent, and the fault that has changed it or held it back. */
interface FaultyRecord {
  readonly record: DemoRecord;
  readonly fault?: FaultName;
}

/** What the faults that are switched on make of a producer's records. None is ever left out. */
export class ProducerFaults {
  readonly #definition: Pick<DemoBasics, 'topics' | 'faults'>;
  readonly #instance: string;
  readonly #desired: () => DesiredState;
  readonly #late = new LateData();
  readonly #poison = new PoisonRecords();
  #injected = 0;

  /** `desired` tells what is switched on now. */
  constructor(definition: Pick<DemoBasics, 'topics' | 'faults'>, instance: string, desired: () => DesiredState) {
    this.#definition = definition;
    this.#instance = instance;
    this.#desired = desired;
  }

  /** Which faults it obeys: drift only where the demo says of what. */
  get names(): readonly FaultName[] {
    return this.#definition.faults === undefined
      ? ['poison-records', 'late-data']
      : ['poison-records', 'late-data', 'drift'];
  }

  /** Records that are held back now. */
  get held(): number {
    return this.#late.held;
  }

  /** Records that were made, changed or held back so far. */
  get injected(): number {
    return this.#injected;
  }

  /** What is to be sent in the place of a record that is due: what was held back and has its turn, and the record, if it has. */
  take(record: DemoRecord): FaultyRecord[] {
    const sending = this.due(record.eventTime);
    const drifted = this.#isOn('drift') ? this.#drifted(record) : undefined;
    const due = drifted ?? record;
    if (this.#isOn('late-data') && this.#mayBeLate(due) && this.#late.holds(due)) {
      this.#injected += 1;
      return sending;
    }
    if (drifted === undefined) sending.push({ record });
    else {
      this.#injected += 1;
      sending.push({ record: drifted, fault: 'drift' });
    }
    return sending;
  }

  /** What was held back and is to go now: as event time is so far, or because it is not to be held any longer. */
  due(eventTime: number): FaultyRecord[] {
    if (this.#late.held === 0) return [];
    return asLate(this.#isOn('late-data') ? this.#late.due(eventTime) : this.#late.release());
  }

  /** All that is held back: a lap is over, or the run. */
  release(): FaultyRecord[] {
    return asLate(this.#late.release());
  }

  /** What is sent beside a main record: nothing, or one that nobody can read. `now` in milliseconds. */
  beside(record: OutgoingRecord, now: number): OutgoingRecord[] {
    if (!this.#isOn('poison-records')) return [];
    const poison = this.#poison.beside(record, now);
    if (poison === undefined) return [];
    this.#injected += 1;
    return [{ ...poison, headers: { ...poison.headers, [FAULT_HEADER]: 'poison-records' satisfies FaultName } }];
  }

  #isOn(name: FaultName): boolean {
    return faultInEffect(this.#desired(), name, this.#instance) !== undefined;
  }

  #mayBeLate({ topic, value, eventTime }: DemoRecord): boolean {
    const { topics, faults } = this.#definition;
    return topic.name === topics.input.name && value !== null && (faults?.mayBeLate?.(eventTime) ?? true);
  }

  #drifted(record: DemoRecord): DemoRecord | undefined {
    const { topic, value } = record;
    const shift = this.#definition.faults?.drift.shifts.find((one) => one.topic.name === topic.name);
    return shift === undefined || value === null ? undefined : { ...record, value: shift.shift(value) };
  }
}

function asLate(records: readonly DemoRecord[]): FaultyRecord[] {
  return records.map((record) => ({ record, fault: 'late-data' }));
}
