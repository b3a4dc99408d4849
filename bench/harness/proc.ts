import { existsSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** Whether processor time and memory of other processes can be read here. */
export const hasProcFiles = existsSync('/proc/self/stat');

/** A process's time on the processors since its start, in seconds; NaN where the system does not say. */
export function processorSeconds(pid: number | undefined): number {
  if (!hasProcFiles || pid === undefined) return Number.NaN;
  // The name in brackets may hold spaces; user and system time are the 12th and 13th field after it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** All of a process's memory that is resident, in MB; NaN where the system does not say. */
export function residentMegabytes(pid: number | undefined): number {
  if (!hasProcFiles || pid === undefined) return Number.NaN;
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}
