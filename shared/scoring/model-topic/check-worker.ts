import { parentPort, workerData } from 'node:worker_threads';
import { KitError } from '#shared/errors';
import { loadModelFiles } from '../load-model.js';
import type { CheckAnswer, CheckRequest } from './check-beside.js';

// A thread that loads a model to see whether it can be, golden rows and all, and says what came of it.
const { graph, card, golden, where, options } = workerData as CheckRequest;
let answer: CheckAnswer;
try {
  const model = await loadModelFiles({ graph: Buffer.from(graph), card, golden }, where, options);
  await model.close();
  answer = { problem: undefined };
} catch (thrown) {
  const { code, message } = KitError.from(thrown, 'model-invalid');
  answer = { problem: { code, message } };
}
parentPort?.postMessage(answer);
