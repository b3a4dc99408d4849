import { startProgram } from './program-process.js';

/** A broker and a registry that whole programs join. */
export interface BrokerProgram extends AsyncDisposable {
  /** host:port */
  readonly brokers: string;
  /** URL */
  readonly registry: string;
  /** Stops it, lets it go on, or ends it. */
  signal(name: NodeJS.Signals): void;
}

/** Starts the embedded broker and registry as `npm run broker` does, in a process of their own. */
export async function startBrokerProgram(): Promise<BrokerProgram> {
  const program = startProgram('shared/commands/broker.js', ['--port', '0', '--registry-port', '0']);
  try {
    const brokers = await program.said(/Kafka\s+([\d.:]+)/);
    const registry = await program.said(/Registry\s+(http\S+)/);
    return {
      brokers,
      registry,
      signal: (name) => program.signal(name),
      [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
    };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}
