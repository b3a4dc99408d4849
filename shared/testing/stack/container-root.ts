import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A folder of this machine, as a program in the container sees it. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
}

/** How a program is run in a folder as its root, as a container engine would, with the system's programs of this machine. */
export interface Confinement {
  /** What becomes `/`. */
  readonly root: string;
  readonly workingDirectory: string;
  readonly mounts: readonly Mount[];
  /** Whether nothing but the mounts and /tmp can be written. */
  readonly isReadOnly: boolean;
  /** User and group by number; undefined: as whoever runs the test. */
  readonly user?: number | undefined;
}

/** Where the programs of a system are. */
const system = ['/usr', '/bin', '/sbin', '/lib', '/lib64'];

/** What a program may look up of users and names, without anything else of this machine's /etc. */
const lookedUp = ['passwd', 'group', 'nsswitch.conf', 'hosts', 'resolv.conf'];

// Made anew by every program that is started: what is mounted goes with it.
const CONFINE = `
set -e
root=$1 directory=$2 isReadOnly=$3 user=$4; shift 4
mount --bind "$root" "$root"
while [ "$1" != -- ]; do
  [ -d "$1" ] && mkdir -p "$root$2" || { mkdir -p "$(dirname "$root$2")"; [ -e "$root$2" ] || : >"$root$2"; }
  mount --rbind "$1" "$root$2"
  [ "$3" = ro ] && mount -o remount,bind,ro "$root$2"
  shift 3
done
shift
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
[ "$isReadOnly" = yes ] && mount -o remount,bind,ro "$root"
[ -n "$user" ] || exec chroot "$root" sh -c 'cd "$0" && exec "$@"' "$directory" "$@"
exec chroot "$root" setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs --bounding-set=-all \\
  sh -c 'cd "$0" && exec "$@"' "$directory" "$@"
`;

/** Why no program can be confined here, as half a sentence; undefined when one can. */
export async function whyNoConfinement(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'namespaces of mounts and networks are a thing of Linux';
  if (process.getuid?.() !== 0) return 'namespaces of mounts and networks take a superuser, which this process is not';
  return run('unshare', ['--mount', '--net', 'ip', 'link', 'set', 'lo', 'up']).then(
    () => undefined,
    (error: unknown) => `unshare and ip do not give a namespace of mounts and networks (${String(error)})`,
  );
}

/** Makes what a root needs beside what is in it. */
export async function prepareRoot(root: string): Promise<void> {
  for (const folder of ['tmp', 'proc', 'dev', 'etc', 'root']) await mkdir(join(root, folder), { recursive: true });
  for (const path of system) {
    const link = linkTarget(path);
    if (link !== undefined) await symlink(link, join(root, path));
  }
}

/** The command that runs a program so: `unshare` and its arguments. */
export function confined(
  { root, workingDirectory, mounts, isReadOnly, user }: Confinement,
  program: readonly string[],
): readonly string[] {
  const own = (path: string, mode: 'ro' | 'rw'): string[] => [path, path, mode];
  return [
    'unshare',
    '--mount',
    'sh',
    '-c',
    CONFINE,
    'confine',
    root,
    workingDirectory,
    isReadOnly ? 'yes' : 'no',
    user === undefined ? '' : String(user),
    ...system.filter((path) => linkTarget(path) === undefined).flatMap((path) => own(path, 'ro')),
    ...(process.execPath.startsWith('/usr/') ? [] : own(dirname(process.execPath), 'ro')),
    ...lookedUp.flatMap((file) => own(`/etc/${file}`, 'ro')),
    ...['/proc', '/dev'].flatMap((path) => own(path, 'rw')),
    ...mounts.flatMap(({ source, target, isReadOnly: fixed }) => [source, target, fixed ? 'ro' : 'rw']),
    '--',
    ...program,
  ];
}

/** Undefined where the path is a folder of its own. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
