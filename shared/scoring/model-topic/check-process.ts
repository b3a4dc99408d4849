import { KitError } from '#shared/errors';
import { loadModelFiles } from '../load-model.js';
import type { CheckAnswer, CheckRequest } from './check-beside.js';

// A process that loads a model to see whether it can be, golden rows and all, and says what came of it. It listens until it
// is ended, so that its answer is there before its exit is.
process.on('message', (request: CheckRequest) => void check(request).then((answer) => process.send?.(answer)));

async function check({ graph, card, golden, where, reasons, rows }: CheckRequest): Promise<CheckAnswer> {
  try {
    const model = await loadModelFiles({ graph: Buffer.from(graph), card, golden }, where, { reasons });
    // Which of them it cannot score is looked at where what serves is known.
    await model.score(rows);
    await model.close();
    return { problem: undefined };
  } catch (thrown) {
    const { code, message } = KitError.from(thrown, 'model-invalid');
    return { problem: { code, message } };
  }
}
