import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Command } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import type { Cluster } from '#shared/kafka';
import type { ScorerStatus } from '#shared/monitoring';
import {
  type ActiveChange,
  ModelCatalogue,
  type ModelFiles,
  parseModelCard,
  publishModel,
  type Role,
  readModelFolder,
  roles,
  rollbackModel,
} from '#shared/scoring';
import { checkedBody } from './command-body.js';
import { answerOf, unconfirmedInWords } from './model-scorers.js';

const role = z.enum(roles).default('champion');
const publishBody = z.strictObject({ name: z.string().min(1).max(200), version: z.string().min(1).max(100), role });
const rollbackBody = z.strictObject({ role });

/** A scorer loads a version beside what it serves, which takes seconds, and on a busy machine many; whoever asked is told what is known by then. */
const ANSWERED_WITHIN_MS = 35_000;
const LOOK_EVERY_MS = 200;

interface ModelReach {
  readonly demo: string;
  readonly cluster: Cluster;
  /** The model topic's full name. */
  readonly topic: string;
  /** The folders of the models that come with the demo. */
  readonly folders: readonly string[];
  /** The scorers that are not silent. */
  readonly scorers: () => readonly ScorerStatus[];
}

/** What a page is told of a change. */
export interface ModelChanged {
  /** What was done, then what each scorer made of it. */
  readonly sentences: readonly string[];
  readonly refused: boolean;
}

/**
 * What a page can change of a demo's models: `model-publish` makes a version champion, or challenger, and `model-rollback`
 * goes back. A version is one that the demo has on the model topic, or that comes with it: nobody names a folder.
 */
export function modelCommands(reach: ModelReach): Readonly<Record<string, Command>> {
  const { demo, cluster, topic } = reach;
  return {
    'model-publish': async (body, signal) => {
      const wanted = checkedBody(publishBody, body);
      const files = await filesOf(wanted, reach);
      const change = await publishModel(cluster, topic, files, { demo, role: wanted.role });
      const { from, to } = change;
      const before = from === undefined ? '' : `, instead of ${from.name} ${from.version}`;
      const done = `${to?.name} ${to?.version} is published as ${wanted.role}${before}.`;
      return answers(done, wanted.role, change, reach, signal);
    },
    'model-rollback': async (body, signal) => {
      const wanted = checkedBody(rollbackBody, body);
      const change = await rollbackModel(cluster, topic, { demo, role: wanted.role });
      const { from, to } = change;
      const now = to === undefined ? ownInWords(wanted.role) : `${to.name} ${to.version}`;
      const done = `The ${wanted.role} is now ${now}, instead of ${from?.name} ${from?.version}.`;
      return answers(done, wanted.role, change, reach, signal);
    },
  };
}

const ownInWords = (of: Role): string =>
  of === 'champion' ? "the demo's own model" : "the demo's own, where it has one";

/**
 * The files of a version: those on the topic that this demo has or can go back to, otherwise those that come with it.
 * @throws KitError 'usage' where it is none of them.
 */
async function filesOf(
  { name, version }: { readonly name: string; readonly version: string },
  { demo, cluster, topic, folders }: ModelReach,
): Promise<ModelFiles> {
  const catalogue = await ModelCatalogue.open(cluster, topic);
  try {
    const pointers = roles.flatMap((each) => catalogue.active(demo, each)?.pointer ?? []);
    const there = pointers
      .flatMap((pointer) => [pointer, ...pointer.previous])
      .find((each) => each.name === name && each.version === version);
    if (there !== undefined) return await catalogue.files(there);
  } finally {
    await catalogue.close();
  }
  for (const folder of folders) {
    const files = await readModelFolder(folder);
    const card = parseModelCard(files.card, `${folder}/model.json`);
    if (card.name === name && card.version === version) return files;
  }
  throw new KitError(
    'usage',
    `${demo} has no model ${name} ${version}, on the topic ${topic} or of its own; publish it with npm run model:publish first.`,
  );
}

/** What each scorer that is heard of makes of a change, as far as that is known in time. */
async function answers(
  done: string,
  of: Role,
  change: ActiveChange,
  { scorers }: ModelReach,
  signal: AbortSignal,
): Promise<ModelChanged> {
  const until = performance.now() + ANSWERED_WITHIN_MS;
  const answered = new Map<string, { readonly refused: boolean; readonly sentence: string }>();
  const waiting = (): string[] => {
    const atWork = scorers().filter(({ state }) => state !== 'NOT_RUNNING');
    for (const status of atWork) {
      const answer = answerOf(status, of, change);
      if (answer !== undefined) answered.set(status.instance, answer);
    }
    return atWork.flatMap(({ instance }) => (answered.has(instance) ? [] : [instance]));
  };
  while (waiting().length > 0 && performance.now() < until && !signal.aborted) await delay(LOOK_EVERY_MS);
  const silent = waiting();
  const sentences = [
    done,
    ...(change.unconfirmed === undefined ? [] : [unconfirmedInWords(change.unconfirmed)]),
    ...Array.from(answered, ([instance, { sentence }]) => `Scorer ${instance} ${sentence}`),
    ...(silent.length > 0 ? [`Not heard yet of what ${silent.join(', ')} made of it.`] : []),
    ...(silent.length + answered.size === 0 ? ['No scorer is running; the next one that starts begins with it.'] : []),
  ];
  return { sentences, refused: [...answered.values()].some(({ refused }) => refused) };
}
