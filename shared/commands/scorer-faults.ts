import { setTimeout as delay } from 'node:timers/promises';
import {
  type ControlFollower,
  type ControlNews,
  type DesiredState,
  type FaultState,
  faultInEffect,
  NO_NEWS,
  ordersFor,
} from '#shared/control';
import type { PartKilled } from './supervised-process.js';

/** A whole round of scoring takes longer than what alerts and people take for slow, and a transaction is not given up for it. */
const SLOWED_MS = 1_500;
/** What a last heartbeat may take that is to say by which order the scorer dies. */
const LAST_WORD_MS = 1_000;

interface ScorerInReach {
  /** By which name its heartbeats go. */
  readonly instance: string;
  /** Has each call of the model take so much longer, milliseconds. */
  slowDown(ms: number): void;
  /** Writes a heartbeat at once; resolves when it is written. */
  beat(): Promise<void>;
  /** Ends the process at once, and tells its supervisor before by which order; as a process does unless said. */
  readonly die?: (order: KillOrder) => void;
}

/** By what order a scorer is killed. */
export type KillOrder = PartKilled['order'];

/** Has a scorer do what is switched on of it in the control topic, until it is closed. */
export class ScorerFaults {
  readonly #scorer: ScorerInReach;
  readonly #unfollow: () => void;
  #obeys: readonly string[] = [];

  constructor(control: Pick<ControlFollower, 'state' | 'onChange'>, scorer: ScorerInReach) {
    this.#scorer = scorer;
    this.#take(control.state, NO_NEWS);
    this.#unfollow = control.onChange((state, news) => this.#take(state, news));
  }

  /** The ids of the orders that are taken up. */
  get obeys(): readonly string[] {
    return this.#obeys;
  }

  /** From now on it is as fast as it can be, and obeys no more. */
  close(): void {
    this.#unfollow();
    this.#scorer.slowDown(0);
  }

  #take(state: DesiredState, news: ControlNews): void {
    const { instance } = this.#scorer;
    this.#scorer.slowDown(faultInEffect(state, 'slow-scorer', instance) === undefined ? 0 : SLOWED_MS);
    const before = this.#obeys;
    this.#obeys = ordersFor(state, 'scorer');
    const isOther = this.#obeys.length !== before.length || this.#obeys.some((id) => !before.includes(id));
    const beaten = isOther ? this.#scorer.beat() : undefined;
    // By an order of before its start somebody else was killed, or it itself before it was started again.
    const kill = news.faults.includes('killed-scorer') ? faultInEffect(state, 'killed-scorer', instance) : undefined;
    if (kill?.target === instance) void this.#die(kill, beaten);
  }

  async #die({ id, issuedAt, endsAt }: FaultState, lastWord: Promise<void> | undefined): Promise<void> {
    await Promise.race([lastWord, delay(LAST_WORD_MS)]);
    const { die = killProcess } = this.#scorer;
    die({ id, issuedAt, endsAt: endsAt ?? issuedAt });
  }
}

/** As the kernel kills one that takes too much memory: nothing is committed, nothing closed. */
function killProcess(order: KillOrder): void {
  const kill = (): void => void process.kill(process.pid, 'SIGKILL');
  const last: PartKilled = { type: 'killed', order };
  if (process.send === undefined || !process.connected) kill();
  else process.send(last, kill);
}
