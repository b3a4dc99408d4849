import { hostname } from 'node:os';

/** By which name this process is known on the topics: that of its scorer, and of its counts. */
export function instanceName(): string {
  return `${hostname()}-${process.pid}`;
}
