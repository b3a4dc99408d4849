import { parseArgs } from 'node:util';
import { KitError } from '#shared/errors';
import { type ChaosOptions, type ChaosResult, runChaos } from './chaos-run.js';
import { describeFault } from './fault-schedule.js';
import { brokenPromises } from './promises.js';

// npm run chaos: one long run by hand. Exit code 1 when a promise is broken, 2 when the command line is wrong.
const help = `Usage: npm run chaos -- [options]

Three scorers under SIGKILL, SIGSTOP, rebalances and restarts of their broker; what they wrote against a recount.

  --on CLUSTER          embedded or kafka (from its jars)                     (default: embedded)
  --guarantee G         exactly_once or at_least_once                     (default: exactly_once)
  --records N           inputs                                                  (default: 200000)
  --duration S          seconds in which inputs come and faults happen             (default: 240)
  --fault-every S       mean seconds from one fault to the next                      (default: 4)
  --session-timeout MS  of the consumer group                                    (default: 10000)
  --seed N              of inputs and faults                                         (default: 7)
  --quiet               the result alone
`;

try {
  const { options, isHelp } = optionsOf(process.argv.slice(2));
  if (isHelp) process.stdout.write(help);
  else {
    const result = await runChaos(options);
    const broken = brokenPromises(options, result);
    process.stdout.write(`${[resultLine(options, result, broken.length === 0), ...broken].join('\n')}\n`);
    process.stdout.write(`Faults: ${result.faults.map(describeFault).join(', ')}\n`);
    process.exitCode = broken.length === 0 ? 0 : 1;
  }
} catch (error) {
  const { code, message } = KitError.from(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = code === 'usage' ? 2 : 1;
}

function optionsOf(args: readonly string[]): { readonly options: ChaosOptions; readonly isHelp: boolean } {
  const { values } = parsed(args);
  const { on, guarantee } = values;
  if (on !== 'embedded' && on !== 'kafka')
    throw new KitError('usage', `--on is "${on}"; it must be embedded or kafka.`);
  if (guarantee !== 'exactly_once' && guarantee !== 'at_least_once') {
    throw new KitError('usage', `--guarantee is "${guarantee}"; it must be exactly_once or at_least_once.`);
  }
  const startedAt = performance.now();
  const say = (line: string): void => {
    process.stderr.write(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}\n`);
  };
  const options: ChaosOptions = {
    on,
    guarantee,
    records: positive('--records', values.records),
    durationMs: 1_000 * positive('--duration', values.duration),
    faultEveryMs: 1_000 * positive('--fault-every', values['fault-every']),
    sessionTimeoutMs: positive('--session-timeout', values['session-timeout']),
    seed: positive('--seed', values.seed),
    ...(values.quiet ? {} : { onEvent: say }),
  };
  return { options, isHelp: values.help };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        on: { type: 'string', default: 'embedded' },
        guarantee: { type: 'string', default: 'exactly_once' },
        records: { type: 'string', default: '200000' },
        duration: { type: 'string', default: '240' },
        'fault-every': { type: 'string', default: '4' },
        'session-timeout': { type: 'string', default: '10000' },
        seed: { type: 'string', default: '7' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw KitError.from(error, 'usage', 'Reading the command line');
  }
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (number > 0) return number;
  throw new KitError('usage', `${option} is "${text}"; it must be a number above 0.`);
}

function resultLine({ on, guarantee, seed }: ChaosOptions, result: ChaosResult, isKept: boolean): string {
  const { inputs, filtered, scored, deadLetters, verdict, recoveriesMs, drainedMs, faults, deaths, failedStarts } =
    result;
  const seconds = recoveriesMs.map((ms) => Number((ms / 1_000).toFixed(1))).toSorted((a, b) => a - b);
  return [
    `${isKept ? 'KEPT' : 'BROKEN'}: ${guarantee} on ${on}, seed ${seed}: ${inputs} inputs`,
    `${scored} scored`,
    `${filtered} filtered`,
    `${deadLetters} dead letters`,
    `${verdict.lost} lost`,
    `${verdict.duplicated} duplicated`,
    `${verdict.unexpected} unexpected`,
    `${verdict.wrongKeys} wrong keys of tables`,
    `${faults.length} faults`,
    `${deaths.length} deaths`,
    `${failedStarts} failed starts`,
    `recovery after kills [${seconds.join(' ')}] s`,
    `drained in ${(drainedMs / 1_000).toFixed(1)} s`,
  ].join(', ');
}
