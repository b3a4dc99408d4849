import { readFileSync } from 'node:fs';
import { say } from '../harness/said.js';

// The contract of README.md, for the rivals that run in Node.

const given = (name: string): string => {
  const value = process.env[`BENCH_${name}`];
  if (value === undefined)
    throw new Error(`BENCH_${name} is not set; bench/rivals/README.md says what a rival is given.`);
  return value;
};

export const brokers = given('BROKERS').split(',');
export const inputTopic = given('INPUT_TOPIC');
export const outputTopic = given('OUTPUT_TOPIC');
export const groupId = given('GROUP');
export const guarantee = given('GUARANTEE') === 'exactly_once' ? 'exactly_once' : 'at_least_once';
/** The path of model.onnx. */
export const modelFile = given('MODEL');
/** How many records there are; 0 where they come at a pace, until the process is ended. */
export const records = Number(given('RECORDS'));
export const isPaced = records === 0;
const warmUp = Number(given('WARM_UP'));

/** The text of a schema. */
export const schemaText = (name: 'payment' | 'score'): string =>
  readFileSync(`${given('SCHEMAS')}/${name}.avsc`, 'utf8');

/** What else a rival has taken, such as a server beside it. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

export function ownUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, megabytes: process.memoryUsage().rss / 2 ** 20 };
}

const none = async (): Promise<Usage> => ({ cpuSeconds: 0, megabytes: 0 });

/** Counts outputs that the broker has acknowledged, and says what the contract wants said. */
export class Progress {
  readonly #beside: () => Promise<Usage>;
  #done = 0;
  #isMeasuring = false;
  #measured: { readonly from: number; readonly at: number; readonly cpuSeconds: number } | undefined;

  constructor(beside: () => Promise<Usage> = none) {
    this.#beside = beside;
  }

  /** So many more; true when these were the last. */
  async add(count: number): Promise<boolean> {
    if (this.#done === 0 && count > 0) say({ is: 'begin' });
    this.#done += count;
    if (!this.#isMeasuring && this.#done >= warmUp) {
      // Others may come while what is beside is asked.
      this.#isMeasuring = true;
      const beside = await this.#beside();
      const cpuSeconds = ownUsage().cpuSeconds + beside.cpuSeconds;
      this.#measured = { from: this.#done, at: performance.now(), cpuSeconds };
    }
    return !isPaced && this.#done >= records;
  }

  /** To be called when all is committed. */
  async end(): Promise<void> {
    if (this.#measured === undefined) throw new Error(`There were ${this.#done} outputs: too few to measure.`);
    const seconds = (performance.now() - this.#measured.at) / 1_000;
    const [own, beside] = [ownUsage(), await this.#beside()];
    say({
      is: 'end',
      amount: this.#done - this.#measured.from,
      seconds,
      cpuSeconds: own.cpuSeconds + beside.cpuSeconds - this.#measured.cpuSeconds,
      megabytes: own.megabytes + beside.megabytes,
    });
  }
}
