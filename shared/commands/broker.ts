import { KitError } from '#shared/errors';
import { integer, parseOptions } from './command-line.js';
import { startEmbeddedPair } from './embedded-pair.js';
import { exitCodeOf } from './exit-code.js';
import { aborted, listenForShutdown } from './shutdown.js';
import { createTerminal } from './terminal.js';
import { userPath } from './user-path.js';

const help = `Usage: npm run broker -- [options]

The embedded Kafka and Schema Registry alone, on 127.0.0.1, until Ctrl-C.

  --port P            port of the broker; 0 = any free one            (default: 9092)
  --registry-port P   port of the registry; 0 = any free one          (default: 8081)
  --data-dir DIR      keep the log and the schemas there         (default: in memory)
  --topics LIST       create topics, name:partitions, as a:4,b:1
  --help              this text

Example: npm run broker -- --port 19092 --topics orders:4
`;

const terminal = createTerminal({ dataOnStdout: false, verbose: process.argv.includes('--verbose') });
const shutdown = listenForShutdown(false);
try {
  const options = parseOptions(process.argv.slice(2), {
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

async function serve(options: { port?: string; 'registry-port'?: string; 'data-dir'?: string; topics?: string }) {
  const pair = await startEmbeddedPair(
    {
      brokerPort: integer('--port', options.port ?? '9092', 0, 65_535),
      registryPort: integer('--registry-port', options['registry-port'] ?? '8081', 0, 65_535),
      ...(options['data-dir'] !== undefined && { dataDir: userPath(options['data-dir']) }),
      topics: topicsOf(options.topics),
    },
    (sentence) => terminal.say(sentence),
  );
  terminal.say(`Kafka            ${pair.brokers}`);
  terminal.say(`Schema Registry  ${pair.registry}`);
  terminal.say('Ready; Ctrl-C ends both.');
  await aborted(shutdown.signal);
  await pair.close();
}

function topicsOf(list: string | undefined): { name: string; partitions: number }[] {
  if (list === undefined) return [];
  return list.split(',').map((entry) => {
    const [, name, partitions] = /^([a-zA-Z0-9._-]{1,249}):(\d{1,5})$/.exec(entry.trim()) ?? [];
    if (name === undefined || partitions === undefined || Number(partitions) < 1) {
      throw new KitError('usage', `--topics has "${entry}"; each entry must be name:partitions, as orders:4.`);
    }
    return { name, partitions: Number(partitions) };
  });
}
