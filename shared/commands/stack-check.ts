import { z } from 'zod';
import { answeredQuery, provisionedDashboards } from './grafana-check.js';
import { joinCluster } from './joined-cluster.js';
import {
  evaluatedRules,
  knownAlertmanagers,
  readTargets,
  readyAlertmanager,
  scoredAsRead,
} from './prometheus-check.js';
import { ask, askFor, missing } from './stack-ask.js';

/** Where the parts of a stack are; what is undefined is not looked at. */
export interface StackAddresses {
  /** Of the demos' live pages. */
  readonly demos: readonly string[];
  readonly brokers?: readonly string[] | undefined;
  readonly registry?: string | undefined;
  readonly prometheus?: string | undefined;
  readonly alertmanager?: string | undefined;
  readonly grafana?: string | undefined;
  /** Of the page of links. */
  readonly links?: string | undefined;
}

/** One thing that must be true of a stack. */
export interface StackCheck {
  readonly what: string;
  /**
   * Looks once, and gives what was found, for people.
   * @throws KitError 'run-failed' where it is not so, or not yet.
   */
  look(): Promise<string>;
}

/** What must be true of a stack: its parts answer, know each other, and a prediction has gone all the way. */
export function stackChecks(stack: StackAddresses): StackCheck[] {
  const { demos, brokers, registry, prometheus, alertmanager, grafana, links } = stack;
  const checks: StackCheck[] = demos.map((url) => ({
    what: `The demo at ${url} predicts`,
    look: () => predictions(url),
  }));
  const add = (what: string, look: () => Promise<string>): number => checks.push({ what, look });
  if (brokers) add(`Kafka at ${brokers.join(',')} has the predictions`, () => filledTopics(brokers, demos));
  if (registry) add(`The registry at ${registry} has their schemas`, () => schemas(registry, demos));
  if (prometheus) {
    const jobs = { prometheus: 1, alertmanager: alertmanager ? 1 : 0, 'kafka-ml-demos': demos.length };
    add(`Prometheus at ${prometheus} reads the others`, () => readTargets(prometheus, jobs));
    add('Prometheus evaluates its rules', () => evaluatedRules(prometheus));
    add('Prometheus knows of the predictions', async () => scoredAsRead(prometheus, await namesOf(demos)));
  }
  if (alertmanager) add(`Alertmanager at ${alertmanager} is ready`, () => readyAlertmanager(alertmanager));
  if (prometheus && alertmanager) add('Prometheus knows of Alertmanager', () => knownAlertmanagers(prometheus));
  if (grafana) {
    add(`Grafana at ${grafana} has the dashboards`, () => provisionedDashboards(grafana));
    add('Grafana reads from Prometheus', () => answeredQuery(grafana));
  }
  if (links) add(`The page of links at ${links} knows what answers`, () => answeringPlaces(links));
  return checks;
}

async function predictions(url: string): Promise<string> {
  const ready = (await ask(url, 'readyz')).trim();
  if (!(await ask(url, '')).includes('<title>')) throw missing('its page has no title');
  const counts = [...(await scoredByDemo(url))];
  const idle = counts.filter(([, count]) => !(count > 0)).map(([name]) => name);
  if (counts.length === 0 || idle.length > 0) throw missing(`no prediction yet of ${idle.join(', ') || 'any demo'}`);
  return `${ready}, ${counts.map(([name, count]) => `${name} ${count}`).join(', ')}`;
}

/** How much each demo of a page has scored, by its own metrics. */
async function scoredByDemo(url: string): Promise<ReadonlyMap<string, number>> {
  const samples = (await ask(url, 'metrics')).matchAll(
    /^kafka_ml_records_scored_total\{[^}]*demo="([^"]+)"[^}]*\} (\S+)/gm,
  );
  return new Map([...samples].map(([, name = '', count]) => [name, Number(count)]));
}

async function namesOf(demos: readonly string[]): Promise<string[]> {
  const scored = await Promise.all(demos.map(scoredByDemo));
  return scored.flatMap((byDemo) => [...byDemo.keys()]);
}

async function filledTopics(brokers: readonly string[], demos: readonly string[]): Promise<string> {
  const address = { brokers: [...brokers] };
  const topics = (await namesOf(demos)).map((name) => `${name}.predictions`);
  const cluster = await joinCluster(address, { clientId: 'check-stack', verbose: false, suggestsBroker: false });
  try {
    const ends = await cluster.endOffsets(topics);
    const empty = topics.filter((topic) => !ends.get(topic)?.some((offset) => offset > 0));
    if (topics.length === 0 || empty.length > 0) throw missing(`nothing is in ${empty.join(', ') || 'any topic'}`);
    return topics.join(', ');
  } finally {
    await cluster.close();
  }
}

async function schemas(registry: string, demos: readonly string[]): Promise<string> {
  const subjects = await askFor(registry, 'subjects', z.array(z.string()));
  const wanted = (await namesOf(demos)).map((name) => `${name}.predictions-value`);
  const absent = wanted.filter((subject) => !subjects.includes(subject));
  if (absent.length > 0) throw missing(`it lacks ${absent.join(', ')}`);
  return `${subjects.length} subjects`;
}

async function answeringPlaces(links: string): Promise<string> {
  const items = (await ask(links, '')).matchAll(/<li data-state="(\w+)">\s*<h3>(?:<a [^>]*>)?([^<]*)/g);
  const places = [...items].map(([, state, title = '']) => ({ state, title }));
  const titles = (wanted: string): string[] => places.filter(({ state }) => state === wanted).map(({ title }) => title);
  if (titles('starting').length > 0) throw missing(`${titles('starting').join(', ')} does not answer yet`);
  if (titles('serves').length === 0) throw missing('nothing answers');
  return titles('serves').join(', ');
}
