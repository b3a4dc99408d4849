import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import type { MeasuredBroker } from './broker-process.js';

/** What a client reports of its load. */
export interface LoadReport {
  /** In the unit of the load: records or bytes. */
  readonly amount: number;
  readonly seconds: number;
  /** Processor time of the client, where it knows it. */
  readonly cpuSeconds?: number;
}

/** A load's report, and how busy both sides were meanwhile: 1 is one core. */
export interface Loaded extends LoadReport {
  readonly brokerBusy: number;
  readonly clientBusy: number;
}

/** A client at work, in a process of its own. */
export interface RunningLoad {
  /** Resolves when the load has begun. */
  readonly begun: Promise<void>;
  /** The fields of its last line, once it has ended. */
  readonly result: Promise<Readonly<Record<string, unknown>>>;
  end(): Promise<void>;
}

/** Starts a program that writes {"is":"begin"} and, if it comes to an end, {"is":"end",…}. */
export function startLoad(command: string, args: readonly string[]): RunningLoad {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let begin = (): void => undefined;
  let fail = (_reason: Error): void => undefined;
  const begun = new Promise<void>((resolve, reject) => {
    begin = resolve;
    fail = reject;
  });
  const result = (async () => {
    let end: Record<string, unknown> | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line) as Record<string, unknown>;
      if (said.is === 'begin') begin();
      if (said.is === 'end') end = said;
    }
    const [code] = await exited;
    if (end !== undefined && code === 0) return end;
    const reason = new Error(`${args.slice(1).join(' ')} ended with ${String(code)} before it was through.`);
    fail(reason);
    throw reason;
  })();
  // Whoever waits for `begun` alone, and ends the load then, does not ask for its result.
  result.catch(() => undefined);
  begun.catch(() => undefined);
  return {
    begun,
    result,
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const loadProgram = fileURLToPath(projectFile('dist/bench/broker-load.js'));

/** Starts one of the loads of broker-load.ts. */
export function startNodeLoad(name: string, ...args: readonly (string | number)[]): RunningLoad {
  return startLoad(process.execPath, [loadProgram, name, ...args.map(String)]);
}

/** Runs one of the loads of broker-load.ts to its end. */
export async function runNodeLoad(
  broker: MeasuredBroker,
  name: string,
  topic: string,
  ...numbers: readonly number[]
): Promise<Loaded> {
  const load = startNodeLoad(name, broker.address, topic, ...numbers);
  await load.begun;
  const cpuBefore = broker.cpuSeconds();
  // The program's own report; its shape is that of `measure` there.
  const report = (await load.result) as unknown as LoadReport;
  return busy(report, broker.cpuSeconds() - cpuBefore);
}

const busy = (report: LoadReport, brokerCpuSeconds: number): Loaded => ({
  ...report,
  brokerBusy: brokerCpuSeconds / report.seconds,
  clientBusy: (report.cpuSeconds ?? Number.NaN) / report.seconds,
});

/** Runs a command from its start to its end; what it writes to standard output goes nowhere. */
export async function runCommand(
  broker: MeasuredBroker,
  amount: number,
  command: string,
  args: readonly string[],
): Promise<Loaded> {
  const cpuBefore = broker.cpuSeconds();
  const started = performance.now();
  // The shell knows what its children have cost: the second line of `times`, as 0m1.20s 0m0.34s.
  const child = spawn('/bin/sh', ['-c', '"$@" >/dev/null && times', 'sh', command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let times = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    times += text;
  });
  const [code] = await once(child, 'close');
  const seconds = (performance.now() - started) / 1_000;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with exit code ${String(code)}.`);
  const cost = [...(times.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  const cpuSeconds = cost.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
  return busy({ amount, seconds, cpuSeconds }, broker.cpuSeconds() - cpuBefore);
}

/** Why a command can't be run here; undefined where it can. */
export function whyMissing(name: string, command: string, args: readonly string[]): string | undefined {
  const tried = spawnSync(command, args, { encoding: 'utf8' });
  if (tried.status === 0) return undefined;
  const reason = tried.error?.message ?? tried.stderr.trim().split('\n').at(-1) ?? '';
  return `${name} does not run here: ${reason}`;
}
