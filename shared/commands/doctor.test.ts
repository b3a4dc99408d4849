import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { startProgram } from '#shared/testing';

const doctor = (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
  startProgram('shared/commands/doctor.js', args, env);

interface Report {
  readonly canRunDemos: boolean;
  readonly sections: readonly {
    readonly findings: readonly { readonly subject: string; readonly verdict: string; readonly found: string }[];
  }[];
}

describe('npm run doctor', () => {
  it('has a line for each thing that it looked at, and says that a demo can be run', async () => {
    await using program = doctor();
    expect([await program.exited, program.stderr()]).toEqual([0, '']);
    const lines = program.stdout().split('\n');
    expect(lines[0]).toBe('For the demos: all there');
    for (const subject of ['Node', 'Platform', 'Packages', 'Loopback', 'Ports', 'Memory', 'Disk', 'Temporary']) {
      expect(lines.filter((line) => new RegExp(`^  [✔!] ${subject} `).test(line)).length).toBeGreaterThan(0);
    }
    expect(lines).toContain(`  ✔ Node          ${process.versions.node}`);
    expect(lines.at(-2)).toBe('The demos can be run: npm run demo:flight-delay');
    expect(program.stdout()).not.toContain('\u001B');
  });

  it('needs no other program for a demo, and says what cannot be done without', async () => {
    await using program = doctor(['--json'], { PATH: '', JAVA_HOME: '', CHROMIUM: '/usr/bin/chromium' });
    expect([await program.exited, program.stderr()]).toEqual([0, '']);
    // What it prints is what its own types say.
    const { canRunDemos, sections } = JSON.parse(program.stdout()) as Report;
    expect(canRunDemos).toBe(true);
    const findings = sections.slice(1).flatMap((section) => section.findings);
    const verdictOf = (subject: string) => findings.find((finding) => finding.subject === subject);
    expect(verdictOf('Docker')).toMatchObject({ verdict: 'bad', found: 'not installed' });
    expect(verdictOf('Apache Kafka')).toMatchObject({ verdict: 'note', found: 'there is no Java to start it with' });
    expect(verdictOf('Prometheus')).toMatchObject({
      verdict: 'note',
      found: 'prometheus, promtool, prometheus-alertmanager, amtool are not installed',
    });
    expect(verdictOf('Python')).toMatchObject({ verdict: 'note', found: 'python3.11 is not installed' });
  });

  it('says who has a port, and that a demo uses another one then', async () => {
    const server = createServer();
    // Somebody else may have it: it is taken either way.
    await new Promise<void>((resolve) => server.once('error', () => resolve()).listen(4_000, '127.0.0.1', resolve));
    await using program = doctor();
    expect(await program.exited).toBe(0);
    expect(program.stdout()).toMatch(
      /^ {2}! Ports .*4000 is taken by .*\n +Nothing need be done: a demo uses another one/m,
    );
    server.close();
  });

  it('finds that nothing can be written where temporary files belong, and that no demo can be run then', async () => {
    await using program = doctor([], { TMPDIR: '/no/such/folder', TEMP: '/no/such/folder' });
    expect([await program.exited, program.stderr()]).toEqual([1, '']);
    expect(program.stdout()).toContain('For the demos: missing: Temporary\n');
    expect(program.stdout()).toMatch(/^ {2}✘ Temporary +nothing can be written to \/no\/such\/folder: ENOENT/m);
    expect(program.stdout().trim().split('\n').at(-1)).toBe('No demo can be run here yet.');
  });

  it('explains itself, and refuses what it does not know', async () => {
    await using help = doctor(['--help']);
    expect([await help.exited, help.stderr()]).toEqual([0, '']);
    expect(help.stdout()).toContain('Usage: npm run doctor');
    await using wrong = doctor(['--jsn']);
    expect([await wrong.exited, wrong.stdout()]).toEqual([2, '']);
    expect(wrong.stderr()).toContain('did you mean --json?');
  });
});

describe('npm run doctor before anything is installed', () => {
  const inFolder = (prepare: (root: string) => void) => {
    const root = mkdtempSync(join(tmpdir(), 'doctor-'));
    const script = 'shared/doctor/before-build.mjs';
    cpSync(fileURLToPath(projectFile(script)), join(root, script));
    writeFileSync(join(root, 'package.json'), JSON.stringify({ engines: { node: '>=20.20' } }));
    prepare(root);
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, script)], { encoding: 'utf8' });
    rmSync(root, { recursive: true });
    expect(stderr).toBe('');
    return { status, stdout };
  };
  const install = (root: string): void => {
    mkdirSync(join(root, 'node_modules/typescript'), { recursive: true });
    writeFileSync(join(root, 'node_modules/typescript/package.json'), '{}');
  };

  it('says what to run first', () => {
    const lines = [
      'For the demos: not yet',
      '  ✘ Packages      they are not installed',
      '                  Run npm ci.',
      '',
      'The rest is looked at once that is done: npm run doctor.',
      '',
    ];
    expect(inFolder(() => undefined)).toEqual({ status: 1, stdout: lines.join('\n') });
  });

  it('says that Node is too old', () => {
    const said = inFolder((root) => {
      install(root);
      writeFileSync(join(root, 'package.json'), JSON.stringify({ engines: { node: '>=99.1' } }));
    });
    expect(said).toMatchObject({ status: 1, stdout: expect.stringContaining('Install Node 99.1 or later') });
  });

  it('says nothing where all is there', () => {
    expect(inFolder(install)).toEqual({ status: 0, stdout: '' });
  });
});
