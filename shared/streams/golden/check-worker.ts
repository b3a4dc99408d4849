import { parentPort } from 'node:worker_threads';
import { failureOf } from './check-case.js';

// A thread of its own, which its owner ends when a case takes too long: a loop without end cannot be left otherwise.
parentPort?.on('message', async (json: unknown) => parentPort?.postMessage(await failureOf(json)));
