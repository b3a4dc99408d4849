import { fileURLToPath } from 'node:url';
import type { ControlWriter, FaultName, FaultOrder } from '#shared/control';
import { KitError } from '#shared/errors';
import type { Cluster } from '#shared/kafka';
import type { ScorerStatus } from '#shared/monitoring';
import {
  type ActiveChange,
  isTurned,
  ModelCatalogue,
  type ModelFiles,
  publishModel,
  readModelFolder,
  rollbackModel,
  turnedModel,
} from '#shared/scoring';

/** Heartbeats come once a second: one that is so far behind another has missed one. */
const HEARTBEAT_MISSED_MS = 2_000;

/** How a fault is to be switched. */
export interface WantedFault {
  readonly name: FaultName;
  readonly on: boolean;
  /** Ends by itself after so many milliseconds; as long as such a fault lasts unless said. */
  readonly forMs?: number;
  /** Who switches it. */
  readonly by: string;
}

/** What a scorer said last, and when by its own clock, milliseconds since 1970. */
export type HeardScorer = Pick<ScorerStatus, 'instance' | 'obeys' | 'heartbeatAt'>;

/** By what a fault of a demo is switched. */
export interface FaultReach {
  readonly demo: string;
  readonly writer: ControlWriter;
  readonly cluster: Cluster;
  /** The model topic's full name. */
  readonly modelsTopic: string;
  /** The folder of the demo's own model. */
  readonly modelFolder: URL;
  /** The scorers that are heard of. */
  readonly scorers: () => readonly HeardScorer[];
  /** Has a broker back that is away; absent where it is not the demo's own, or not in this process. */
  readonly resumeBroker?: (() => void) | undefined;
}

/** What was written to switch a fault. */
export interface SwitchedFault {
  readonly order: FaultOrder;
  /** Of a bad model: what was published or rolled back. */
  readonly change?: ActiveChange;
}

/**
 * Switches a fault of a demo on or off, for the page and the command alike. Who is to obey it says so on the topics.
 * @throws KitError 'usage' where it cannot be done, 'cluster-unreachable'.
 */
export async function switchFault(wanted: WantedFault, reach: FaultReach): Promise<SwitchedFault> {
  const { name, on, forMs, by } = wanted;
  const { writer } = reach;
  if (name === 'lost-broker' && !on) reach.resumeBroker?.();
  const change = name === 'bad-model' ? await switchModel(on, reach) : undefined;
  const target = name === 'killed-scorer' && on ? victim(reach.scorers()) : undefined;
  const order = await writer.switchFault(name, {
    on,
    by,
    ...(forMs !== undefined && { forMs }),
    ...(target !== undefined && { target }),
  });
  return { order, ...(change && { change }) };
}

/**
 * One that obeys where others say nothing of that, for those are older and would go on; of them one that was heard of just
 * now; of these the first by its name, so that who is asked twice gives one answer.
 */
function victim(scorers: readonly HeardScorer[]): string {
  const obeying = scorers.filter(({ obeys }) => obeys.length > 0);
  const meant = obeying.length > 0 ? obeying : scorers;
  const latest = Math.max(...meant.map(({ heartbeatAt }) => heartbeatAt));
  const alive = meant.filter(({ heartbeatAt }) => heartbeatAt > latest - HEARTBEAT_MISSED_MS);
  const [first] = alive.map(({ instance }) => instance).toSorted();
  if (first === undefined) throw new KitError('usage', 'No scorer is heard of that could be killed.');
  return first;
}

/** Whether the version that is published for a demo is one that was turned round. */
export async function servesTurned({
  cluster,
  modelsTopic,
  demo,
}: Pick<FaultReach, 'cluster' | 'modelsTopic' | 'demo'>): Promise<boolean> {
  const catalogue = await ModelCatalogue.open(cluster, modelsTopic);
  await catalogue.close();
  return isTurned(catalogue.active(demo, 'champion')?.pointer.version ?? '');
}

/** Publishes the model that serves, turned round, or takes that back; undefined where it is so already. */
async function switchModel(on: boolean, reach: FaultReach): Promise<ActiveChange | undefined> {
  const { cluster, modelsTopic, demo } = reach;
  const role = { demo, role: 'champion' } as const;
  const catalogue = await ModelCatalogue.open(cluster, modelsTopic);
  let files: ModelFiles | undefined;
  try {
    const active = catalogue.active(demo, 'champion')?.pointer;
    if (on === (active !== undefined && isTurned(active.version))) return undefined;
    if (on) {
      files = active ? await catalogue.files(active) : await readModelFolder(fileURLToPath(reach.modelFolder));
    }
  } finally {
    await catalogue.close();
  }
  return files === undefined
    ? rollbackModel(cluster, modelsTopic, role)
    : publishModel(cluster, modelsTopic, turnedModel(files), role);
}
