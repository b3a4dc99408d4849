import { existsSync, readdirSync } from 'node:fs';
import { type AnyDemo, isDemo } from '#shared/commands';
import { KitError } from '#shared/errors';

const program = (name: string): URL => new URL(`${name}/demo.js`, import.meta.url);

/** The names of all demos: whatever folder has a demo in it is one, so that a further demo is a folder and no change here. */
export const names: readonly string[] = readdirSync(new URL('.', import.meta.url))
  .filter((name) => existsSync(program(name)))
  .toSorted();

/** Loads a demo by its name. */
export async function load(name: string): Promise<AnyDemo> {
  const { demo }: { readonly demo?: unknown } = await import(program(name).href);
  if (isDemo(demo)) return demo;
  throw new KitError('internal', `${program(name).pathname} must export a demo that defineDemo has made, as "demo".`);
}
