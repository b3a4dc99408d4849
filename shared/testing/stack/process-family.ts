import { readdir, readFile } from 'node:fs/promises';

/** A process and whatever it, and those, have started, by their ids; for Linux. */
export async function familyOf(pid: number): Promise<number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(
    await Promise.all(ids.map(async (id): Promise<[number, number]> => [id, await parentOf(id)])),
  );
  const family = [pid];
  for (const member of family) family.push(...ids.filter((id) => parents.get(id) === member));
  return family;
}

/** The command line of a process, and '' where it has ended. */
export const commandLineOf = (pid: number): Promise<string> =>
  readFile(`/proc/${pid}/cmdline`, 'utf8').then(
    (text) => text.split('\0').join(' ').trim(),
    () => '',
  );

/** 0 where the process has ended. The second field, its name, may have spaces and brackets. */
const parentOf = (pid: number): Promise<number> =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (text) => Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]),
    () => 0,
  );
