import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { apis } from '#shared/wire';
import { startMeasuredBroker } from '../harness/measured-broker.js';
import { median } from '../harness/statistics.js';
import { connectWire } from '../loads/wire.js';

const startProgram = fileURLToPath(projectFile('dist/bench/loads/broker-start.js'));

/** Medians of several processes that each start one broker, in milliseconds. */
export function timeStart(times: number): { readonly call: number; readonly withImport: number } {
  const all = Array.from({ length: times }, () => {
    const line = execFileSync(process.execPath, [startProgram], { encoding: 'utf8' });
    // What broker-start.ts writes.
    return JSON.parse(line) as { readonly importMs: number; readonly callMs: number };
  });
  return {
    call: median(all.map(({ callMs }) => callMs)),
    withImport: median(all.map((one) => one.importMs + one.callMs)),
  };
}

/** Median of the milliseconds from starting Node to the broker's answer to ApiVersions. */
export async function timeWholeProcess(program: string, times: number): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const started = performance.now();
    await using broker = await startMeasuredBroker(program);
    const connection = await connectWire(broker.address);
    await connection.request(apis.apiVersions, 0, {});
    all.push(performance.now() - started);
    connection.close();
  }
  return median(all);
}
