import { runDemos } from '#shared/commands';
import { load, names } from './all-demos.js';

await runDemos({ module: import.meta.url, names, load });
