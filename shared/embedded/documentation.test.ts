import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, startBroker } from '#shared/embedded/broker';
import { projectFile } from '#shared/project-file';
import { hasClient, kafkaJars, missingForKafkaJars, runClient, startProgram, WireClient } from '#shared/testing';
import { type Api, apis } from '#shared/wire';

const text = readFileSync(projectFile('docs/embedded-kafka.md'), 'utf8');

/** The code blocks of a language, in their order. */
const blocks = (language: string) =>
  Array.from(text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms')), ([, code = '']) => code);

const python = process.env.CONFLUENT_KAFKA_PYTHON ?? 'python3';
const hasKcat = hasClient('kcat', 'kcat', ['-V']);
const hasPython = hasClient('confluent-kafka for Python', python, ['-c', 'import confluent_kafka']);
const whyNoJava = await missingForKafkaJars();
if (whyNoJava !== undefined) {
  if (process.env.CI === 'true') throw new Error(`The Java client is needed with CI=true, and ${whyNoJava}.`);
  console.warn(`Skipped: the documentation's Java client, because ${whyNoJava}.`);
}

let folder: string;
let broker: Broker;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'documentation-'));
  broker = await startBroker({ port: 0 });
});
afterEach(async () => {
  await broker.close();
  rmSync(folder, { recursive: true });
});

/** A block as it would be on this broker, in a file. */
function fileOf(name: string, code: string | undefined): string {
  const path = join(folder, name);
  writeFileSync(path, String(code).replaceAll('127.0.0.1:9092', broker.address));
  return path;
}

describe('docs/embedded-kafka.md', () => {
  it('lists the APIs and versions that the broker advertises', async () => {
    const client = await WireClient.connect(broker.address);
    const { apiKeys } = await client.request(apis.apiVersions, 3, {
      clientSoftwareName: 'documentation',
      clientSoftwareVersion: '1',
    });
    client.close();
    const byKey = new Map(Object.values<Api>(apis).map(({ key, name }) => [key, name]));
    const rows = apiKeys.map(({ apiKey, minVersion, maxVersion }) => {
      const versions = minVersion === maxVersion ? maxVersion : `${minVersion}–${maxVersion}`;
      return `| ${apiKey} | ${byKey.get(apiKey)} | ${versions} |`;
    });
    const listed = text.split('\n').filter((line) => /^\| \d+ \|/.test(line));
    expect(listed).toEqual(rows);
  });

  it('names the options of the command, and no others', async () => {
    await using program = startProgram('shared/commands/broker.js', ['--help']);
    await program.exited;
    const known = new Set(program.stdout().match(/--[a-z-]+/g));
    const commands = blocks('sh').flatMap((code) => code.split('\n').filter((line) => line.includes('npm run broker')));
    const used = commands.flatMap((line) => line.match(/ --[a-z-]+/g) ?? []).map((option) => option.trim());
    expect(used.length).toBeGreaterThan(0);
    for (const option of used) expect(known).toContain(option);
  });

  it('shows a test that runs', () => {
    expect(blocks('ts')).toEqual([readFileSync(projectFile('shared/embedded/orders.test.ts'), 'utf8')]);
  });

  it.skipIf(!hasKcat)('joins in with kcat', async () => {
    const commands = blocks('sh').find((code) => code.includes('kcat'));
    expect(await runClient('/bin/sh', ['-e', fileOf('join.sh', commands)])).toMatchObject({
      code: 0,
      output: 'hello\n',
    });
  });

  it.skipIf(!hasPython)('joins in with Python', async () => {
    const [code] = blocks('python');
    expect(await runClient(python, [fileOf('join.py', code)])).toMatchObject({
      code: 0,
      output: 'hello from Python\n',
    });
  });

  it.skipIf(whyNoJava !== undefined)('joins in with Java', async () => {
    const [code] = blocks('java');
    const classpath = join(await kafkaJars(), '*');
    const ran = await runClient('java', ['-cp', classpath, fileOf('Join.java', code)]);
    expect({ code: ran.code, output: ran.output.split('\n').at(-2) }).toEqual({ code: 0, output: 'hello from Java' });
  });
});
