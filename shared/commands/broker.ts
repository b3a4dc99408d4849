import { isIPv4 } from 'node:net';
import { KitError } from '#shared/errors';
import { integer, parseOptions } from './command-line.js';
import { startEmbeddedPair } from './embedded-pair.js';
import { exitCodeOf } from './exit-code.js';
import { aborted, listenForShutdown } from './shutdown.js';
import { createTerminal } from './terminal.js';
import { userPath } from './user-path.js';

const help = `Usage: npm run broker -- [options]

The embedded Kafka and Schema Registry alone, until Ctrl-C.

  --host H            address to listen on; 0.0.0.0 or :: = every one (default: 127.0.0.1)
  --port P            port of the broker; 0 = any free one                 (default: 9092)
  --registry-port P   port of the registry; 0 = any free one               (default: 8081)
  --data-dir DIR      keep the log and the schemas there              (default: in memory)
  --topics LIST       create topics, name:partitions, as a:4,b:1
  --verbose           stack traces with the errors
  --help              this text

Neither has authentication or encryption: who reaches the host reads and writes everything.

Example: npm run broker -- --port 19092 --topics orders:4
`;

const terminal = createTerminal({ dataOnStdout: false, verbose: process.argv.includes('--verbose') });
const shutdown = listenForShutdown(false);
try {
  const options = parseOptions(process.argv.slice(2), {
    host: { type: 'string' },
    port: { type: 'string' },
    'registry-port': { type: 'string' },
    'data-dir': { type: 'string' },
    topics: { type: 'string' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (options.help) terminal.say(help.trimEnd());
  else await serve(options);
} catch (error) {
  terminal.error(error);
  process.exitCode = exitCodeOf(KitError.from(error).code);
}

interface Options {
  readonly host?: string;
  readonly port?: string;
  readonly 'registry-port'?: string;
  readonly 'data-dir'?: string;
  readonly topics?: string;
}

async function serve({ host = '127.0.0.1', port, topics, ...options }: Options): Promise<void> {
  const pair = await startEmbeddedPair(
    {
      host,
      brokerPort: integer('--port', port ?? '9092', 0, 65_535),
      registryPort: integer('--registry-port', options['registry-port'] ?? '8081', 0, 65_535),
      ...(options['data-dir'] !== undefined && { dataDir: userPath(options['data-dir']) }),
      topics: topicsOf(topics),
    },
    warn,
  );
  if (!isLoopback(host)) {
    warn(
      `Listening on ${host}: whoever can reach this machine there can read, write and delete everything, for there is no authentication and no encryption; without --host it is 127.0.0.1, for this machine alone.`,
    );
  }
  terminal.say(`Kafka            ${pair.brokers}`);
  terminal.say(`Schema Registry  ${pair.registry}`);
  terminal.say('Ready; Ctrl-C ends both.');
  await Promise.race([aborted(shutdown.signal), pair.ended]);
  if (!shutdown.signal.aborted) throw new KitError('run-failed', 'The embedded broker and registry ended unasked.');
  await pair.close();
}

function warn(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

/** Whether only programs of this machine can reach the address. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function topicsOf(list: string | undefined): { name: string; partitions: number }[] {
  if (list === undefined) return [];
  const wanted = entriesOf(list);
  const twice = wanted.find(({ name }, i) => wanted.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) throw new KitError('usage', `--topics names "${twice.name}" twice; once is right.`);
  return wanted;
}

function entriesOf(list: string): { name: string; partitions: number }[] {
  return list.split(',').map((entry) => {
    const [, name, partitions] = /^([a-zA-Z0-9._-]{1,249}):(\d{1,5})$/.exec(entry.trim()) ?? [];
    if (name === undefined || partitions === undefined || Number(partitions) < 1) {
      throw new KitError('usage', `--topics has "${entry}"; each entry must be name:partitions, as orders:4.`);
    }
    return { name, partitions: Number(partitions) };
  });
}
