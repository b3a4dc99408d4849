import { existsSync, readdirSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AnyDemo, isDemo } from '#shared/commands';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { readModelCard } from '#shared/scoring';
import { everyDashboard, type ShownDemo } from './dashboards/index.js';

/** Where the committed dashboards lie, which Grafana reads. */
export const dashboardsFolder = projectFile('grafana/dashboards-json/');

/** What the folder of dashboards is to hold: the text of each file by its name. */
export async function dashboardFiles(): Promise<ReadonlyMap<string, string>> {
  const dashboards = everyDashboard(await shownDemos());
  return new Map(
    dashboards.map((dashboard) => [
      `${(dashboard.uid ?? '').replace(/^kafka-ml-/, '')}.json`,
      `${JSON.stringify(dashboard, null, 2)}\n`,
    ]),
  );
}

async function shownDemos(): Promise<ShownDemo[]> {
  const demos = new URL('../demos/', import.meta.url);
  // Whatever folder has a demo in it is one, whether this runs from its source or compiled.
  const program = (name: string): URL => new URL(`${name}/demo${extname(import.meta.url)}`, demos);
  const names = readdirSync(demos).filter((name) => existsSync(program(name)));
  return Promise.all(
    names.toSorted().map(async (name) => {
      const definition = await loadDemo(program(name));
      return { definition, card: await readModelCard(fileURLToPath(definition.modelFolder)) };
    }),
  );
}

async function loadDemo(program: URL): Promise<AnyDemo> {
  const { demo }: { readonly demo?: unknown } = await import(program.href);
  if (isDemo(demo)) return demo;
  throw new KitError('internal', `${program.pathname} must export a demo that defineDemo has made, as "demo".`);
}
