import { runReset } from '#shared/commands';
import { load, names } from './all-demos.js';

await runReset({ names, load });
