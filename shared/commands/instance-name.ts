import { hostname } from 'node:os';

/** By which name a process of this machine is known on the topics, this one unless said: that of its scorer, and of its counts. */
export function instanceName(pid = process.pid): string {
  return `${hostname()}-${pid}`;
}
