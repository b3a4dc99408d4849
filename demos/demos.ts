import { existsSync, readdirSync } from 'node:fs';
import { type AnyDemo, isDemo, runDemos } from '#shared/commands';
import { KitError } from '#shared/errors';

const program = (name: string): URL => new URL(`${name}/demo.js`, import.meta.url);

async function load(name: string): Promise<AnyDemo> {
  const { demo }: { readonly demo?: unknown } = await import(program(name).href);
  if (isDemo(demo)) return demo;
  throw new KitError('internal', `${program(name).pathname} must export a demo that defineDemo has made, as "demo".`);
}

// Whatever folder has a demo in it is one: a further demo is a folder, and no change here.
const names = readdirSync(new URL('.', import.meta.url)).filter((name) => existsSync(program(name)));

await runDemos({ module: import.meta.url, names: names.toSorted(), load });
