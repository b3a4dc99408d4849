import { startLinksPage } from '#shared/dashboard';
import { integer, parseOptions } from './command-line.js';
import { runProgram } from './program.js';
import { aborted } from './shutdown.js';
import { stackPlaces } from './stack-places.js';

const help = `The page of links of docker-compose.yml: what runs there, where, and whether it answers.

  --host H   the address to bind to (127.0.0.1)
  --port P   its port (8000); 0 = any free one

The ports that compose publishes come from the environment: KAFKA_PORT, GRAFANA_PORT and so on.
`;

await runProgram(process.argv.slice(2), async (terminal, { signal }) => {
  const values = parseOptions(process.argv.slice(2), {
    host: { type: 'string' },
    port: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const { host = '127.0.0.1' } = values;
  const port = values.port === undefined ? 8_000 : integer('--port', values.port, 0, 65_535);
  const page = await startLinksPage({ host, port, groups: stackPlaces(process.env) });
  terminal.say(`The page of links listens on ${host}:${page.port}; Ctrl-C ends it.`);
  await aborted(signal);
  await page.close();
  return 0;
});
