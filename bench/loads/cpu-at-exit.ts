import { writeSync } from 'node:fs';

// Given to node with --import: when the program ends, the processor's time that it took goes to file descriptor 3, microseconds.
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, String(user + system));
});
