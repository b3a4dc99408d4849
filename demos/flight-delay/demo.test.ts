import { cpSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import {
  CommittedRecords,
  type DemoReport,
  type ProgramProcess,
  reportOn,
  specifyDemo,
  startBrokerProgram,
  startProgram,
} from '#shared/testing';
import { demo as flightDelay } from './demo.js';
import { type Alert, alerts, quality } from './topics.js';

const folder = (): string => mkdtempSync(join(tmpdir(), 'flight-delay-'));
const demo = (...args: string[]): ProgramProcess => startProgram('demos/flight-delay/demo.js', args);
const anyPorts = ['--broker-port', '0', '--headless'];

specifyDemo(flightDelay, {
  run: {
    records: 5_000,
    // The first 5,000 flights of October 2013: 16 of them were cancelled, and five were diverted and never arrived.
    counts: { produced: 5_000, filtered: 16, scored: 4_984 },
    quality: { n: 4_979, aucAbove: 0.6 },
  },
  paced: { records: 600, rate: 200 },
  unscorable: {
    schema: {
      type: 'record',
      name: 'Sketch',
      fields: [
        { name: 'id', type: 'string' },
        { name: 'carrier', type: 'string' },
      ],
    },
    value: { id: 'SKETCH-1', carrier: 'UA' },
    says: 'is missing',
  },
});

describe('a run of given length', () => {
  it('goes on with a new lap when the data run out', async () => {
    await using program = demo('--records', '90000', '--rate', '0', '--report', '-', ...anyPorts);
    expect(await program.exited).toBe(0);
    const { records, quality } = reportOn(program);
    expect(records).toMatchObject({ produced: 90_000, deadLettered: 0, lost: 0, duplicated: 0 });
    expect(records.scored + records.filtered).toBe(90_000);
    // The first lap has 84,292 flights, of which 1,494 were cancelled and 232 diverted; later laps do not count.
    expect(quality?.n).toBeLessThan(84_292 - 1_494);
    expect(quality?.n).toBeGreaterThan(82_000);
  }, 120_000);
});

describe('a model that is not what it should be', () => {
  const copy = (): string => {
    const model = join(folder(), 'model');
    cpSync(fileURLToPath(projectFile('demos/flight-delay/model')), model, { recursive: true });
    return model;
  };
  const refusal = async (model: string): Promise<string> => {
    await using program = demo('--records', '1', '--model', model, ...anyPorts);
    expect(await program.exited).toBe(2);
    return program.stderr();
  };

  it('is refused when it is missing', async () => {
    expect(await refusal(join(folder(), 'nowhere'))).toMatch(
      /^The model folder \S+nowhere has no model\.onnx; .+\.\n$/,
    );
  });

  it('is refused when it is truncated', async () => {
    const model = copy();
    truncateSync(join(model, 'model.onnx'), 1_000);
    expect(await refusal(model)).toMatch(/^The model file \S+model\.onnx is not the one its card describes: .+\n$/);
  });

  it('is refused when one byte was changed', async () => {
    const model = copy();
    const bytes = readFileSync(join(model, 'model.onnx'));
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(join(model, 'model.onnx'), bytes);
    expect(await refusal(model)).toContain('is not the one its card describes');
  });

  it('is refused when it does not score as it was trained', async () => {
    const model = copy();
    const golden = JSON.parse(readFileSync(join(model, 'golden.json'), 'utf8')) as { rows: { score: number }[] };
    const [row] = golden.rows;
    if (row) row.score += 0.001;
    writeFileSync(join(model, 'golden.json'), JSON.stringify(golden));
    expect(await refusal(model)).toContain('row 1 of');
  });
});

describe('the command line', () => {
  it.each([
    [['--recrods', '5'], 'did you mean --records?'],
    [['--records', 'many'], '--records is "many"; it must be a whole number from 1'],
    [['--rate', '-1'], '--rate'],
    [['--only', 'scorers'], '--only is "scorers"; it must be one of producer, scorer, dashboard, monitor.'],
    [['--guarantee', 'at_most_once'], '--guarantee is "at_most_once"'],
    [['--brokers', 'nowhere'], 'is not of the form host:port'],
    [
      ['--report', '/no/such/folder/r.json', '--records', '1'],
      'The report cannot be written to /no/such/folder/r.json',
    ],
    [['stray'], 'stray'],
  ])('%j is refused in one sentence with exit code 2', async (args, sentence) => {
    await using program = demo(...args);
    expect(await program.exited).toBe(2);
    expect(program.stderr()).toContain(sentence);
    expect(program.stderr().trim().split('\n')).toHaveLength(1);
    expect(program.stdout()).toBe('');
  });

  it('says within 10 s that nobody answers at the brokers given', async () => {
    const started = performance.now();
    await using program = demo('--brokers', '127.0.0.1:1', '--records', '1', '--headless');
    expect(await program.exited).toBe(1);
    expect(program.stderr()).toMatch(/^Connecting to Kafka at 127\.0\.0\.1:1: no broker answered .+\n$/);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('says to start a broker when a role alone finds none', async () => {
    await using program = demo('--only', 'producer', '--brokers', '127.0.0.1:1');
    expect(await program.exited).toBe(1);
    expect(program.stderr()).toContain('npm run broker');
  });

  it('keeps standard output clean for the report', async () => {
    await using program = demo('--records', '50', '--rate', '0', '--report', '-', ...anyPorts);
    expect(await program.exited).toBe(0);
    expect(reportOn(program).records.produced).toBe(50);
    expect(program.stderr()).toContain('50 flights produced');
  });
});

describe('a running demo', () => {
  it('uses the next free port for the page when its own is taken, and says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await using program = demo('--broker-port', '0', '--port', String(port));
    const url = await program.said(/Live page\s+(\S+)/);
    expect(program.stdout()).toContain(`Port ${port} is taken`);
    expect(Number(new URL(url).port)).toBeGreaterThan(port);
    expect((await fetch(url)).status).toBe(200);
    taken.close();
  });

  it('drains, reports and leaves on Ctrl-C, within 5 s', async () => {
    const report = join(folder(), 'report.json');
    await using program = demo('--rate', '500', '--report', report, '--port', '0', ...anyPorts);
    const metrics = await program.said(/Metrics\s+(\S+)/);
    await vi.waitFor(async () => {
      expect(await (await fetch(metrics)).text()).toMatch(
        /kafka_ml_records_scored_total\{demo="flight-delay"\} [1-9]\d\d/,
      );
    }, 10_000);
    const asked = performance.now();
    program.signal('SIGINT');
    expect(await program.exited).toBe(0);
    expect(performance.now() - asked).toBeLessThan(5_000);
    const { records } = JSON.parse(readFileSync(report, 'utf8')) as DemoReport;
    expect(records.produced).toBeGreaterThan(0);
    expect(records).toMatchObject({ lost: 0, duplicated: 0 });
  });

  it('leaves in good order when it is told to while it starts', async () => {
    await using program = demo(...anyPorts);
    await program.said(/embedded Kafka at/);
    program.signal('SIGINT');
    expect(await program.exited).toBe(0);
    expect(program.stderr()).toBe('');
  });

  it('ends with 1, says so and still reports when its scorer is killed', async () => {
    const report = join(folder(), 'report.json');
    await using program = demo('--records', '100000', '--rate', '500', '--report', report, ...anyPorts);
    process.kill(Number(await program.said(/scored by process (\d+)/)), 'SIGKILL');
    expect(await program.exited).toBe(1);
    expect(program.stderr()).toBe('The scorer is gone (signal SIGKILL).\n');
    const { records } = JSON.parse(readFileSync(report, 'utf8')) as DemoReport;
    expect(records.scored + records.filtered + records.lost).toBe(records.produced);
  });

  it('shows on its page that the scorer was killed, and names the command for another, which takes over', async () => {
    await using program = demo('--broker-port', '0', '--port', '0', '--namespace', 'killed', '--rate', '100');
    const page = await program.said(/Live page\s+(\S+)/);
    process.kill(Number(await program.said(/scored by process (\d+)/)), 'SIGKILL');
    const [, , ...args] = (await program.said(/npm run demo:flight-delay -- (.+)/)).split(' ');
    expect(args.join(' ')).toMatch(/--brokers=\S+ --registry=\S+ --guarantee=\S+ --namespace=killed\./);
    const ready = async (): Promise<number> => (await fetch(new URL('readyz', page))).status;
    await vi.waitFor(async () => expect(await ready()).toBe(503), 10_000);
    await using another = demo('--only', 'scorer', ...args);
    await vi.waitFor(async () => expect(await ready()).toBe(200), 25_000);
    program.signal('SIGTERM');
    expect(await program.exited).toBe(1);
    expect(program.stderr().match(/The scorer is gone/g)).toHaveLength(1);
    another.signal('SIGTERM');
    await another.exited;
  }, 60_000);

  it('counts its own records, not those that an earlier run has left to be scored', async () => {
    await using cluster = await startBrokerProgram();
    const at = ['--brokers', cluster.brokers, '--registry', cluster.registry, '--rate', '0'];
    // No scorer yet: the records lie there.
    await using backlog = demo(...at, '--only', 'producer', '--records', '2000');
    expect(await backlog.exited).toBe(0);
    await using second = demo(...at, '--records', '1000', '--headless', '--report', '-');
    expect(await second.exited).toBe(0);
    expect(reportOn(second).records).toMatchObject({ produced: 1_000, deadLettered: 0, lost: 0, duplicated: 0 });
  });

  it('keeps what it had between two runs on one data folder, and counts each run by itself', async () => {
    const dataDir = folder();
    for (const _ of [1, 2]) {
      await using program = demo(
        '--data-dir',
        dataDir,
        '--records',
        '500',
        '--rate',
        '0',
        '--report',
        '-',
        ...anyPorts,
      );
      expect(await program.exited).toBe(0);
      expect(reportOn(program).records).toMatchObject({ produced: 500, deadLettered: 0, lost: 0, duplicated: 0 });
    }
  });

  it('tells of alerts and days as often in another run on the same topics, whose event time goes on', async () => {
    await using program = await startBrokerProgram();
    const at = ['--brokers', program.brokers, '--registry', program.registry];
    const cluster = await connectCluster({ brokers: [program.brokers], clientId: 'test' });
    const stateOf = ({ value: { airport, state } }: { readonly value: Alert }): string => `${airport} ${state}`;
    try {
      for (const runs of [1, 2]) {
        await using run = demo(...at, '--records', '4000', '--rate', '0', '--headless');
        expect(await run.exited).toBe(0);
        const told = await CommittedRecords.open(cluster, program.registry, alerts);
        await told.until(({ length }) => length >= 2 * runs);
        expect(told.records.map(stateOf)).toEqual(Array(runs).fill(['EWR opened', 'EWR closed']).flat());
        const days = await CommittedRecords.open(cluster, program.registry, quality);
        await days.until(({ length }) => length >= 12 * runs);
        expect(new Set(days.records.map(({ value: { airport, from } }) => `${airport} ${from}`)).size).toBe(
          days.records.length,
        );
      }
    } finally {
      await cluster.close();
    }
  }, 60_000);
});
