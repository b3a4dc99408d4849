import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import { parseBrokers } from '#shared/kafka';
import { integer, parseOptions } from './command-line.js';
import { runProgram } from './program.js';
import { type StackCheck, stackChecks } from './stack-check.js';

const help = `Waits until a stack is as it should be, and says what is not: every part answers, Prometheus reads the demos and
evaluates its rules, each demo has predicted. Of the other parts, what is not given is not looked at.

  --demo URL           a demo's live page; as often as there are, once at least
  --brokers LIST       Kafka
  --registry URL       the Schema Registry
  --prometheus URL
  --alertmanager URL
  --grafana URL
  --links URL          the page of links
  --within SECONDS     how long to wait (120)

  npm run check:stack -- --demo http://127.0.0.1:4000 --prometheus http://127.0.0.1:9090
`;

/** Between two looks at what is not so yet. */
const PAUSE_MS = 500;

const value = { type: 'string' } as const;

await runProgram(process.argv.slice(2), async (terminal, { signal }) => {
  const values = parseOptions(process.argv.slice(2), {
    demo: { type: 'string', multiple: true },
    brokers: value,
    registry: value,
    prometheus: value,
    alertmanager: value,
    grafana: value,
    links: value,
    within: value,
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const { demo: demos, prometheus, alertmanager, grafana, links, registry } = values;
  const parts = { registry, prometheus, alertmanager, grafana, links };
  for (const url of demos ?? []) checkUrl('--demo', url);
  for (const [name, url] of Object.entries(parts)) if (url !== undefined) checkUrl(`--${name}`, url);
  if (demos === undefined) throw new KitError('usage', '--demo is not given; it is the address of a live page.');
  const brokers = values.brokers === undefined ? undefined : parseBrokers(values.brokers);
  const seconds = values.within === undefined ? 120 : integer('--within', values.within, 1, 3_600);
  const checks = stackChecks({ demos, ...parts, brokers });
  // Not AbortSignal.any of a timeout: nothing else holds that, and once it is collected as garbage it does not fire.
  const deadline = performance.now() + seconds * 1_000;
  const isOver = (): boolean => signal.aborted || performance.now() > deadline;
  const faults = await Promise.all(checks.map((check) => untilSo(check, isOver, (line) => terminal.say(line))));
  const wrong = faults.filter((fault) => fault !== undefined);
  for (const fault of wrong) terminal.error(fault);
  if (wrong.length === 0) terminal.say(`The stack is as it should be: ${checks.length} checks.`);
  return wrong.length === 0 ? 0 : 1;
});

/** @throws KitError 'usage' where it is no address that could be asked. */
function checkUrl(option: string, url: string): void {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new KitError('usage', `${option} ${url}: that is no URL, such as http://127.0.0.1:4000.`);
  }
}

/** Looks until it is so, and says what was found; gives the last fault when the time is over. */
async function untilSo(
  check: StackCheck,
  isOver: () => boolean,
  say: (line: string) => void,
): Promise<KitError | undefined> {
  for (;;) {
    try {
      say(`ok: ${check.what} (${await check.look()})`);
      return undefined;
    } catch (error) {
      const { code, message } = KitError.from(error);
      if (isOver()) return new KitError(code, `Not so: ${check.what}: ${message}`, { cause: error });
    }
    await delay(PAUSE_MS);
  }
}
