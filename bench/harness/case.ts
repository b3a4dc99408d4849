import type { Setting } from './setting.js';

/**
 * What a number is: which way is better, and how it changes with the machine's speed of that moment.
 * 'rate' and 'cpu-rate' are amounts per second and per second of processor time, 'time' and 'cpu-time' durations, 'size' is
 * memory, which has nothing of the machine's speed, 'told' is neither good nor bad.
 */
export type Kind = 'rate' | 'cpu-rate' | 'time' | 'cpu-time' | 'size' | 'told';

/** A number that was measured. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly kind: Kind;
  readonly value: number;
  /** What it is wished to be at least (rates) or at most (times and sizes). */
  readonly wished?: number;
}

/** One of those that a case compares. */
export interface Contender {
  readonly name: string;
  /** Makes it ready; gives why it cannot be measured here, as half a sentence. */
  whyNot?(): Promise<string | undefined> | string | undefined;
  /** Takes minutes to be made ready, or downloads: left out of the short version unless it is named. */
  readonly isHeavy?: boolean;
  /**
   * Measures it once, in a process of its own.
   * @throws Error where what it gave is not what it should have given: that is no measurement.
   */
  take(): Promise<readonly Figure[]>;
}

/** A thing that is measured. */
export interface Case {
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** Whether the short version has it: it checks more than that nothing throws, and takes seconds. */
  readonly isShort?: boolean;
  /** Why it cannot be measured here, as half a sentence; undefined where it can. */
  whyNot?(setting: Setting): Promise<string | undefined> | string | undefined;
  /** They open what they need when they are taken. */
  contenders(setting: Setting): readonly Contender[];
}
