import { KitError } from '#shared/errors';
import type { Chunk, ConsumedRecord, OutgoingRecord } from '#shared/kafka';
import type { Deserializer, Serializer, Topic } from '#shared/schema';
import type { Key } from '../record.js';
import type { ChildNode, SourceNode, Step, Topology } from '../topology.js';
import { deadLetter } from './dead-letter.js';
import type { TaskContext } from './task-context.js';

/** What a task needs from outside: no I/O in here, so that the runtime and the test driver run the same code. */
export interface TaskOptions {
  /** The name that a topic has on the cluster. */
  readonly topicName: (topic: Topic<unknown>) => string;
  readonly serializer: (topic: Topic<unknown>) => Serializer<unknown>;
  readonly deserializer: Deserializer<unknown>;
  /** Full name of the topic for records that fail; without one the first such record fails the task. */
  readonly deadLetterTopic?: string | undefined;
  readonly now: () => number;
}

interface Source {
  readonly step: Step<unknown, unknown>;
}

/** One copy of a topology at work: reads chunks of its partitions and gives the records to be written. */
export class Task implements TaskContext {
  readonly #options: TaskOptions;
  readonly #sources = new Map<string, Source>();
  readonly #batches: (() => Promise<void>)[] = [];
  #outgoing: OutgoingRecord[] = [];

  constructor(topology: Topology, options: TaskOptions) {
    this.#options = options;
    for (const source of topology.sources) {
      this.#sources.set(options.topicName(source.topic), { step: this.#fanOut(source.children) });
    }
  }

  /**
   * Works through a chunk, record by record and depth first; batched operators have their turn at its end.
   * @throws KitError of the first record that failed, when there is no dead-letter topic.
   */
  async process(chunk: Pick<Chunk, 'topic' | 'records'>): Promise<OutgoingRecord[]> {
    const source = this.#sources.get(chunk.topic);
    if (source === undefined)
      throw new KitError('internal', `A chunk of ${chunk.topic} reached a task that does not read it.`);
    const { deserializer } = this.#options;
    await deserializer.prepare(chunk.records.map(({ value }) => value));
    for (const origin of chunk.records) {
      this.guard(origin, () => {
        source.step({
          key: origin.key === null ? null : origin.key.toString('utf8'),
          value: deserializer.decode(origin.value),
          timestamp: origin.timestamp,
          headers: origin.headers,
          origin,
        });
      });
    }
    for (const flush of this.#batches) await flush();
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    return outgoing;
  }

  now(): number {
    return this.#options.now();
  }

  afterChunk(work: () => Promise<void>): void {
    // Operators are compiled from the sinks upwards; what lies upstream must be flushed first.
    this.#batches.unshift(work);
  }

  guard(origin: ConsumedRecord, step: () => void): void {
    const written = this.#outgoing.length;
    try {
      step();
    } catch (thrown) {
      const doing = `Processing ${origin.topic}-${origin.partition} at offset ${origin.offset}`;
      const error = KitError.from(thrown, 'record-unprocessable', doing);
      const { deadLetterTopic } = this.#options;
      if (deadLetterTopic === undefined) throw new KitError(error.code, `${doing}: ${error.message}`, { cause: error });
      // A record ends in one place: what it had given on before it failed is taken back.
      this.#outgoing.length = written;
      this.#outgoing.push(deadLetter(deadLetterTopic, origin, error));
    }
  }

  #compile(node: ChildNode): Step<unknown, unknown> {
    if (node.kind === 'processor') return node.operator(this.#fanOut(node.children), this);
    const topic = this.#options.topicName(node.topic);
    const serialize = this.#options.serializer(node.topic);
    return ({ key, value, timestamp, headers }) => {
      this.#outgoing.push({
        topic,
        // Keys are text: no operator of KStream gives another.
        key: key as Key,
        value: serialize(value),
        timestamp,
        headers,
      });
    };
  }

  #fanOut(children: SourceNode['children']): Step<unknown, unknown> {
    const steps = children.map((child) => this.#compile(child));
    const [only] = steps;
    if (steps.length === 1 && only !== undefined) return only;
    return (record) => {
      for (const step of steps) step(record);
    };
  }
}
