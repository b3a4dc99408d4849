import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the processes of a demo take at one moment. */
export interface Memory {
  /** Resident: what processes share, as Node itself, counts in each of them. */
  readonly residentMegabytes: number;
  /** What is shared counts once, in equal parts; not a number where the system does not tell, as on macOS. */
  readonly proportionalMegabytes: number;
}

/** A demo's own processes below one, its main one first; npm, which waits beside them, is not counted. */
export function demoProcesses(pid: number): number[] {
  return family(pid)
    .filter(({ command }) => /demos?\.js/.test(command) && !command.startsWith('npm') && !command.startsWith('sh '))
    .map((row) => row.pid);
}

export function memoryOf(pid: number): Memory {
  const own = new Set(demoProcesses(pid));
  const rows = family(pid).filter((row) => own.has(row.pid));
  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + of(row), 0) / 1_024;
  return {
    residentMegabytes: sum(({ kilobytes }) => kilobytes),
    proportionalMegabytes: sum((row) => proportionalKilobytes(row.pid)),
  };
}

/** What a demo's processes have taken of the processor since they started; not a number where the system does not tell, as on macOS. */
export interface ProcessorSeconds {
  /** Broker, producer and page. */
  readonly main: number;
  readonly scorers: number;
  readonly monitor: number;
}

export function processorSecondsOf(pid: number): ProcessorSeconds {
  const own = new Set(demoProcesses(pid));
  const rows = family(pid).filter((row) => own.has(row.pid));
  const sum = (isMeant: (command: string) => boolean): number =>
    rows.filter(({ command }) => isMeant(command)).reduce((total, row) => total + processorSeconds(row.pid), 0);
  return {
    main: sum((command) => !command.includes('--only')),
    scorers: sum((command) => command.includes('--only scorer')),
    monitor: sum((command) => command.includes('--only monitor')),
  };
}

/** Of Linux: a tick is a hundredth of a second there, whatever the kernel's own. */
function processorSeconds(pid: number): number {
  try {
    // What comes before the last bracket is the command's name, which may have any character.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
    return (Number(fields?.[11]) + Number(fields?.[12])) / 100;
  } catch {
    // It ended meanwhile, or this is no Linux.
    return Number.NaN;
  }
}

function proportionalKilobytes(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
  } catch {
    // It ended meanwhile, or this is no Linux.
    return Number.NaN;
  }
}

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly kilobytes: number;
  readonly command: string;
}

function family(pid: number): Row[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line): Row => {
      const [own = '', parent = '', kilobytes = '', ...command] = line.trim().split(/\s+/);
      return { pid: Number(own), parent: Number(parent), kilobytes: Number(kilobytes), command: command.join(' ') };
    });
  const members = table.filter((row) => row.pid === pid);
  for (const member of members) members.push(...table.filter(({ parent }) => parent === member.pid));
  return members;
}
