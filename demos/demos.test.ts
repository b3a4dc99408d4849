import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type AnyDemo, isDemo } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import { type DemoReport, expectedCounts, type ProgramProcess, startProgram } from '#shared/testing';

/** What all demos together may take on a small machine that has other things to do. */
const PATIENCE_MS = 240_000;

/** Each folder that has a demo, by its name. */
async function everyDemo(): Promise<AnyDemo[]> {
  const folders = readdirSync(projectFile('demos'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders
    .map(({ name }) => name)
    .filter((name) => readdirSync(projectFile(`demos/${name}`)).includes('demo.ts'));
  const modules: { readonly demo?: unknown }[] = await Promise.all(
    names.toSorted().map((name) => import(projectFile(`demos/${name}/demo.ts`).href)),
  );
  return modules.map(({ demo }) => demo).filter(isDemo);
}

const demos = await everyDemo();
const demo = (...args: string[]): ProgramProcess => startProgram('demos/demos.js', args);

type Reports = readonly (DemoReport & { readonly demo: string })[];

describe('npm run demo', () => {
  it.each([[[]], [['--help']]])(
    'lists with %j what demos there are, what each is about, and how it is run',
    async (args) => {
      await using program = demo(...args);
      expect([await program.exited, program.stderr()]).toEqual([0, '']);
      for (const { name, dashboard } of demos) {
        expect(program.stdout()).toContain(`${dashboard.subtitle}\n`);
        expect(program.stdout()).toContain(`npm run demo -- ${name}\n`);
      }
      expect(program.stdout()).toContain('npm run demo -- all\n');
    },
  );

  it.each([
    [['flight-dealy'], 'There is no demo called "flight-dealy"; did you mean flight-delay?'],
    [['weather'], 'There is no demo called "weather"; there are churn, flight-delay,'],
    [['--records', '5'], '"--records" stands where the name of a demo belongs; there are churn, flight-delay,'],
    [['flight-delay', '--recrods', '5'], 'did you mean --records?'],
    [['all', '--recrods', '5'], 'did you mean --records?'],
    [['all', '--only', 'scorer'], '--only is for one demo, whose name it then takes; all run with all their parts, or'],
    [['all', '--model', 'here'], '--model is for one demo, whose name it then takes'],
    [['all', '--report', '/no/such/folder/r.json'], 'The report cannot be written to /no/such/folder/r.json'],
  ])('refuses %j in one sentence with exit code 2', async (args, sentence) => {
    await using program = demo(...args);
    expect(await program.exited).toBe(2);
    expect(program.stderr()).toContain(sentence);
    expect(program.stderr().trim().split('\n')).toHaveLength(1);
    expect(program.stdout()).toBe('');
  });

  it('runs the one that is named, with the options that follow', async () => {
    const options = ['--records', '50', '--rate', '0', '--headless', '--broker-port', '0', '--report', '-'];
    await using program = demo('flight-delay', ...options);
    expect([await program.exited, program.stderr()]).toEqual([0, expect.stringContaining('50 flights produced')]);
    expect(JSON.parse(program.stdout())).toMatchObject({ demo: 'flight-delay', records: { produced: 50, lost: 0 } });
  });
});

describe('npm run demo -- all', () => {
  it(
    'accounts for every unit of every demo, and reports each in the order of their names',
    async () => {
      const options = ['--records', '3000', '--rate', '0', '--headless', '--broker-port', '0', '--report', '-'];
      await using program = demo('all', ...options);
      expect([await program.exited, program.stderr()]).toEqual([0, expect.stringContaining('on an embedded Kafka at')]);
      const reports = JSON.parse(program.stdout()) as Reports;
      expect(reports.map(({ demo: name, records }) => [name, records])).toEqual(
        demos.map((each) => [each.name, expectedCounts(each, 3_000)]),
      );
      expect(new Set(reports.map(({ urls }) => urls.brokers)).size).toBe(1);
      for (const { name } of demos)
        expect(program.stderr()).toMatch(new RegExp(`^ {2}${name} .+ in process \\d+`, 'm'));
    },
    PATIENCE_MS,
  );

  it(
    'goes on with the others when a scorer is killed, says whose it was, and ends with 1',
    async () => {
      const report = join(mkdtempSync(join(tmpdir(), 'demos-')), 'report.json');
      await using program = demo('all', '--broker-port', '0', '--port', '0', '--report', report);
      const url = await program.said(/Live pages +(\S+)/);
      const scored = async (name: string): Promise<number> => {
        const text = await (await fetch(new URL('metrics', url))).text();
        return Number(new RegExp(`^kafka_ml_records_scored_total\\{demo="${name}"\\} (\\d+)`, 'm').exec(text)?.[1]);
      };
      const ready = async (): Promise<number> => (await fetch(new URL('readyz', url))).status;
      await vi.waitFor(async () => {
        for (const { name } of demos) expect(await scored(name)).toBeGreaterThan(0);
        expect(await ready()).toBe(200);
      }, PATIENCE_MS / 2);

      process.kill(Number(await program.said(/flight-delay .+ in process (\d+)/)), 'SIGKILL');
      await program.said(/flight-delay: The scorer is gone \(signal SIGKILL\)\.\n/);
      expect(
        await program.said(/flight-delay: .*(npm run demo:flight-delay -- --only scorer --brokers=.+)/),
      ).toBeTruthy();
      await vi.waitFor(async () => expect(await ready()).toBe(503), 10_000);
      const before = await scored('churn');
      await vi.waitFor(async () => expect(await scored('churn')).toBeGreaterThan(before), 10_000);

      program.signal('SIGINT');
      expect([await program.exited, program.stderr()]).toEqual([
        1,
        'flight-delay: The scorer is gone (signal SIGKILL).\n',
      ]);
      const reports = JSON.parse(readFileSync(report, 'utf8')) as Reports;
      expect(reports.map(({ demo: name }) => name)).toEqual(demos.map(({ name }) => name));
      for (const { demo: name, records, urls } of reports) {
        expect(urls.dashboard).toBe(`${url}${name}/`);
        if (name !== 'flight-delay') expect(records).toMatchObject({ deadLettered: 0, lost: 0, duplicated: 0 });
      }
    },
    PATIENCE_MS,
  );

  it(
    'drains all within 5 s when it is told to, and leaves none of its processes behind',
    async () => {
      await using program = demo(
        'all',
        '--broker-port',
        '0',
        '--port',
        '0',
        '--headless',
        '--rate',
        '100',
        '--report',
        '-',
      );
      const url = await program.said(/Metrics +(\S+)/);
      await vi.waitFor(async () => {
        const text = await (await fetch(url)).text();
        expect(text).toMatch(/^kafka_ml_records_scored_total\{demo="churn"\} [1-9]/m);
        for (const { name } of demos) expect(text).toContain(`\nkafka_ml_monitor_up{demo="${name}"} 1\n`);
      }, PATIENCE_MS / 2);
      const scorers = Array.from(program.stderr().matchAll(/in process (\d+)/g), ([, pid]) => Number(pid));
      expect(scorers).toHaveLength(demos.length);
      const asked = performance.now();
      program.signal('SIGTERM');
      expect(await program.exited).toBe(0);
      expect(performance.now() - asked).toBeLessThan(5_000);
      for (const { records } of JSON.parse(program.stdout()) as Reports) {
        expect(records).toMatchObject({ deadLettered: 0, lost: 0, duplicated: 0 });
      }
      const monitors = Array.from(program.stderr().matchAll(/Monitor +process (\d+), of all/g), ([, pid]) =>
        Number(pid),
      );
      expect(monitors).toHaveLength(1);
      for (const pid of [...scorers, ...monitors]) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    },
    PATIENCE_MS,
  );

  it(
    'names the demo that cannot start',
    async () => {
      await using program = demo('all', '--headless', '--brokers', '127.0.0.1:1');
      expect(await program.exited).toBe(1);
      expect(program.stderr()).toMatch(/^churn: Connecting to Kafka at 127\.0\.0\.1:1: no broker answered .+\n$/);
    },
    PATIENCE_MS,
  );
});
