import { paced, preload } from './streams-clients.js';
import { handWrittenScorer, streamsScorer } from './streams-scorers.js';
import { restore, windowedCount } from './streams-stores.js';

// The processes of bench/streams.ts: node streams-load.js ROLE ARGUMENTS…

const [role = '', ...args] = process.argv.slice(2);
const [a = '', b = '', c = '', d = ''] = args;
const number = (at: number): number => Number(args[at]);

switch (role) {
  case 'preload':
    await preload(a, b, number(2));
    break;
  case 'streams':
    await streamsScorer(a, b, c, number(3));
    break;
  case 'hand-written':
    await handWrittenScorer(a, b, number(2));
    break;
  case 'paced':
    await paced(a, b, c, Number(d), number(4));
    break;
  case 'windowed-count':
    await windowedCount(Number(a));
    break;
  case 'restore':
    await restore(a, b, number(2));
    break;
  default:
    throw new Error(`There is no role "${role}".`);
}
