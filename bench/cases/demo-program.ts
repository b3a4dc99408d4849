import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { demoProcesses, memoryOf, type ProcessorSeconds, processorSecondsOf } from './demo-processes.js';

/** What a report says of a run. */
export interface Report {
  readonly demo: string;
  readonly records: { readonly lost: number; readonly duplicated: number };
  readonly throughput: { readonly recordsPerSecond: number };
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
}

/** A demo, or all of them, as a user starts it, watched from outside. */
export class DemoProgram {
  /** The most that its processes had at one time. */
  readonly peak = { residentMegabytes: 0, proportionalMegabytes: 0 };
  /** What its processes had taken of the processor when they were last looked at: a quarter of a second before its end, at most. */
  processorSeconds: ProcessorSeconds = { main: 0, scorers: 0, monitor: 0 };
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #startedAt = performance.now();
  #said = '';
  #report = '';

  /** `name`: a demo's, or `all`. */
  constructor(name: string, options: readonly string[]) {
    const args = ['run', '-s', 'demo', '--', name, '--report', '-', '--broker-port', '0', ...options];
    this.#child = spawn('npm', args, { cwd: fileURLToPath(projectFile('.')), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#report += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
    const weighing = setInterval(() => {
      const now = memoryOf(this.#pid);
      if (now.residentMegabytes > this.peak.residentMegabytes) Object.assign(this.peak, now);
      // They do not all end at once: what each had when it was last there.
      const taken = processorSecondsOf(this.#pid);
      const { main, scorers, monitor } = this.processorSeconds;
      this.processorSeconds = {
        main: Math.max(main, taken.main || 0),
        scorers: Math.max(scorers, taken.scorers || 0),
        monitor: Math.max(monitor, taken.monitor || 0),
      };
    }, 250);
    this.#closed = once(this.#child, 'close').finally(() => clearInterval(weighing));
  }

  /** From the command, npm and compiler included, to the first prediction that the metrics know of: each demo's. */
  async secondsToFirstPredictions(): Promise<number> {
    for (;;) {
      const counts = await this.#scored();
      if (counts.length > 0 && counts.every((count) => count > 0)) return (performance.now() - this.#startedAt) / 1_000;
      if (this.#child.exitCode !== null) throw new Error(`It ended before its first prediction: ${this.#said}`);
      await delay(20);
    }
  }

  /** Where its page is. */
  pageUrl(): string {
    const url = /Live pages? +(\S+)/.exec(this.#said)?.[1];
    if (url === undefined) throw new Error(`It has said no address of a page: ${this.#said}`);
    return url;
  }

  /** How many records its scorers have scored, of all of its demos. */
  async scored(): Promise<number> {
    return (await this.#scored()).reduce((sum, count) => sum + count, 0);
  }

  /** Has each of its pages sent to a viewer, as browsers have, until it ends. */
  async viewPages(): Promise<void> {
    for (const [page] of this.#said.matchAll(/http:\/\/\S+\/(?=\n)/g)) {
      const { body } = await fetch(new URL('events', page));
      // It ends with the program.
      void body?.pipeTo(new WritableStream()).catch(() => undefined);
    }
  }

  /** Asks it to end; its parts are its own to end. */
  end(): void {
    const [main] = demoProcesses(this.#pid);
    if (main !== undefined) process.kill(main, 'SIGTERM');
  }

  /** Waits for its end. Throws where it did not account for all its records. */
  async reports(): Promise<readonly Report[]> {
    await this.#closed;
    if (this.#child.exitCode !== 0) throw new Error(`It ended with exit code ${this.#child.exitCode}: ${this.#said}`);
    const reports = [JSON.parse(this.#report) as Report | Report[]].flat();
    if (reports.every(({ records }) => records.lost + records.duplicated === 0)) return reports;
    throw new Error(`Records are lost or duplicated: ${this.#report}`);
  }

  get #pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The text of its metrics; undefined as long as it has said no address. */
  async metrics(): Promise<string | undefined> {
    const url = /Live pages? +(\S+)/.exec(this.#said)?.[1];
    return url === undefined ? undefined : await (await fetch(new URL('metrics', url))).text();
  }

  async #scored(): Promise<number[]> {
    const metrics = (await this.metrics()) ?? '';
    return Array.from(metrics.matchAll(/^kafka_ml_records_scored_total(?:\{.+\})? (\d+)/gm), ([, count]) =>
      Number(count),
    );
  }
}
