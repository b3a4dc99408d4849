import { type BrokerOptions, startBroker } from '#shared/embedded/broker';

/** An embedded broker on a free port that a test looks at from outside, as its clients do. */
interface EmbeddedBroker extends AsyncDisposable {
  /** host:port */
  readonly address: string;
  /** What the broker warned of. */
  readonly warnings: readonly string[];
}

export async function startEmbeddedBroker(options: BrokerOptions = {}): Promise<EmbeddedBroker> {
  const warnings: string[] = [];
  const broker = await startBroker({ port: 0, ...options, onWarning: (sentence) => warnings.push(sentence) });
  return { address: broker.address, warnings, [Symbol.asyncDispose]: () => broker.close() };
}
