import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { nodeProgram, type RunningLoad, startLoad } from '../harness/load.js';
import type { MeasuredBroker } from '../harness/measured-broker.js';

/** What a client reports of its load. */
interface LoadReport {
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

/** Starts one of the loads of loads/broker-clients.ts. */
export function startNodeLoad(name: string, ...args: readonly (string | number)[]): RunningLoad {
  return startLoad(nodeProgram('loads/broker-clients', name, ...args));
}

/** Runs one of the loads of loads/broker-clients.ts to its end. */
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
