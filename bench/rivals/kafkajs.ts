import { loadScore } from './hand-written.js';
import { runBatches, runEach } from './kafkajs-loop.js';

// A loop written by hand on kafkajs, the model in the same process: kafkajs.js batches | each

const score = await loadScore();
await (process.argv[2] === 'each' ? runEach(score) : runBatches(score));
process.exit();
