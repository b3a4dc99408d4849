import { randomUUID } from 'node:crypto';
import type { Producer } from '#shared/kafka';
import type { Serializer } from '#shared/schema';
import type { ControlAccess } from './control-access.js';
import {
  type ControlRecord,
  controlTopic,
  type FaultOrder,
  type PaceOrder,
  type PartReport,
  type ResetOrder,
} from './control-topic.js';
import type { FaultName } from './fault-catalogue.js';

/** How a fault is switched. */
export interface FaultSwitch {
  readonly on: boolean;
  /** Ends it by itself after so many milliseconds; the catalogue says after how many where it is left out, and bounds it. */
  readonly forMs?: number;
  /** One instance; all where it is left out. */
  readonly target?: string;
  /** Who switches it: page, command, … */
  readonly by: string;
  /** By which the order is known; one of its own unless said. */
  readonly id?: string;
}

/** What is to be different of the pace; what is left out stays. */
export interface PaceChange {
  readonly paused?: boolean;
  readonly speed?: number;
  /** So many single records, and then to stand still. */
  readonly steps?: number;
  /** Event time to hurry to, milliseconds since 1970. */
  readonly jumpTo?: number;
}

const EMPTY: ControlRecord = { fault: null, pace: null, reset: null, part: null };

/** Writes a demo's control topic. */
export class ControlWriter {
  readonly #topic: string;
  readonly #serialize: Serializer<ControlRecord>;
  readonly #producer: Producer;

  /**
   * Opens the topic, which must be there, for writing. To be closed before its cluster is.
   * @throws KitError 'schema' where the registry refuses, or does not answer.
   */
  static async open(demo: string, { cluster, schemas, topicName }: ControlAccess): Promise<ControlWriter> {
    const topic = controlTopic(demo);
    const name = topicName(topic);
    const serialize = await schemas.register(topic, name);
    return new ControlWriter(name, serialize, await cluster.produce());
  }

  private constructor(topic: string, serialize: Serializer<ControlRecord>, producer: Producer) {
    this.#topic = topic;
    this.#serialize = serialize;
    this.#producer = producer;
  }

  /** Switches a fault; by the id of the order that this gives its parts say that they have taken it up. */
  async switchFault(name: FaultName, { on, forMs, target, by, id = randomUUID() }: FaultSwitch): Promise<FaultOrder> {
    const issuedAt = Date.now();
    const until = on && forMs !== undefined ? issuedAt + Math.round(forMs) : null;
    const fault: FaultOrder = { on, id, issuedAt, until, target: target ?? null, by };
    await this.#send(`fault/${name}`, { ...EMPTY, fault });
    return fault;
  }

  /** Changes the pace from what it is now. */
  async changePace(from: PaceOrder, { paused, speed, steps = 0, jumpTo }: PaceChange): Promise<PaceOrder> {
    const pace: PaceOrder = {
      id: randomUUID(),
      issuedAt: Date.now(),
      paused: paused ?? (steps > 0 || from.paused),
      speed: speed ?? from.speed,
      steps: from.steps + steps,
      jumpTo: jumpTo ?? null,
    };
    await this.#send('pace', { ...EMPTY, pace });
    return pace;
  }

  /** Asks for a beginning from a clean state. */
  async askReset(): Promise<ResetOrder> {
    const reset: ResetOrder = { id: randomUUID(), issuedAt: Date.now() };
    await this.#send('reset', { ...EMPTY, reset });
    return reset;
  }

  /** Says what a part does. */
  report(part: PartReport): Promise<void> {
    return this.#send(`part/${part.role}/${part.instance}`, { ...EMPTY, part });
  }

  /** Says that a part has ended. */
  leave(role: PartReport['role'], instance: string): Promise<void> {
    return this.#producer.send([
      { topic: this.#topic, key: `part/${role}/${instance}`, value: null, timestamp: Date.now() },
    ]);
  }

  close(): Promise<void> {
    return this.#producer.close();
  }

  #send(key: string, record: ControlRecord): Promise<void> {
    return this.#producer.send([{ topic: this.#topic, key, value: this.#serialize(record), timestamp: Date.now() }]);
  }
}
