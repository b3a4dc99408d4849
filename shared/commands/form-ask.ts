import { randomUUID } from 'node:crypto';
import type { Ask, PredictionFields } from '#shared/dashboard';
import type { Producer } from '#shared/kafka';
import type { Serializer } from '#shared/schema';
import { ASK_HEADER, type Asks } from './asks.js';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoDefinition } from './demo-definition.js';
import { openDemoProducer } from './demo-producer.js';
import { RUN_HEADER } from './run-id.js';

interface Way<I> {
  readonly producer: Pick<Producer, 'send'>;
  readonly serialize: Serializer<I>;
}

/**
 * The way from a page's form to its reply: an input on the demo's topic, then its prediction, as read_committed readers
 * see it. Undefined where the demo asks for nothing.
 */
export function createFormAsk<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  demo: DemoCluster,
  {
    asks,
    run,
    eventTime,
    monitoring,
  }: {
    readonly asks: Asks;
    readonly run: string | undefined;
    readonly eventTime: () => number | undefined;
    readonly monitoring: boolean;
  },
): Ask | undefined {
  const { ask, produce } = definition;
  const topic = definition.topics.input;
  const { schemas, topicName } = demo;
  if (ask === undefined) return undefined;
  let opening: Promise<Way<I>> | undefined;
  const beginsAt = (): number => {
    const [first] = produce({ lap: 1, limit: 1, seed: 1 });
    return first?.eventTime ?? Date.now();
  };
  const open = async (): Promise<Way<I>> => {
    // The producer last: where the registry refuses, none is open that nobody would close.
    const serialize = await schemas.register<I>(topic, topicName(topic));
    return { producer: await openDemoProducer(definition, demo, { monitoring }), serialize };
  };
  return async (body, signal) => {
    const id = `form-${randomUUID().slice(0, 8)}`;
    // In event time it comes now: today would be years ahead of the data, and stream time never goes back.
    const at = { id, eventTime: eventTime() ?? beginsAt() };
    const input = ask.parse(body, at);
    const send = async (): Promise<void> => {
      opening ??= open();
      try {
        const { producer, serialize } = await opening;
        const headers = { [ASK_HEADER]: id, ...(run !== undefined && { [RUN_HEADER]: run }) };
        const value = serialize(input);
        await producer.send([
          { topic: topicName(topic), key: ask.key(input), value, timestamp: at.eventTime, headers },
        ]);
      } catch (error) {
        // The next one tries anew.
        opening = undefined;
        throw error;
      }
    };
    return asks.ask(id, send, signal);
  };
}
