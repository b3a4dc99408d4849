import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { Worker, type WorkerOptions } from 'node:worker_threads';

// Given to node with --import, beside --cpu-prof: a thread has a profile of its own too, also one that is started without
// the flags of its process, as that of the embedded broker is.
const profiling = process.execArgv.filter((flag) => flag.startsWith('--cpu-prof'));

class ProfiledWorker extends Worker {
  constructor(program: string | URL, options: WorkerOptions = {}) {
    const { execArgv } = options;
    super(program, execArgv === undefined ? options : { ...options, execArgv: [...execArgv, ...profiling] });
  }
}

Object.assign(workerThreads, { Worker: ProfiledWorker });
syncBuiltinESMExports();
