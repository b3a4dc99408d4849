import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { projectFile } from '#shared/project-file';
import { ask, askFor, missing } from './stack-ask.js';

const dashboard = z.object({ uid: z.string(), title: z.string() });
const queryReply = z.object({ results: z.object({ A: z.object({ frames: z.array(z.unknown()) }) }) });

/** The dashboards of this project, all of them in Grafana. */
export async function provisionedDashboards(url: string): Promise<string> {
  const folder = projectFile('grafana/dashboards-json/');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const wanted = files.map((file) => dashboard.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))));
  const found = await askFor(url, 'api/search?type=dash-db', z.array(z.object({ uid: z.string() })));
  const absent = wanted.filter(({ uid }) => !found.some((each) => each.uid === uid));
  if (absent.length > 0) throw missing(`it lacks ${absent.map(({ title }) => title).join(', ')}`);
  return wanted.map(({ title }) => title).join(', ');
}

/** A question that Grafana passes on to Prometheus, as its panels do. */
export async function answeredQuery(url: string): Promise<string> {
  const now = Date.now();
  const query = { refId: 'A', datasource: { type: 'prometheus', uid: 'prometheus' }, expr: 'up', instant: true };
  const text = await ask(url, 'api/ds/query', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ queries: [query], from: String(now - 60_000), to: String(now) }),
  });
  const { frames } = queryReply.parse(JSON.parse(text)).results.A;
  if (frames.length === 0) throw missing('it was answered with nothing');
  return `${frames.length} series of "up"`;
}
