import { setTimeout as delay } from 'node:timers/promises';
import { ControlFollower, ControlWriter, controlTopic, type Fault, faultCatalogue, faultOf } from '#shared/control';
import { KitError } from '#shared/errors';
import type { Cluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { connectSchemas } from '#shared/schema';
import { isTurned, MODELS_TOPIC } from '#shared/scoring';
import type { DemoCluster } from './demo-cluster.js';
import type { FaultOptions } from './fault-options.js';
import { HeardScorers } from './heard-scorers.js';
import { demos } from './model-options.js';
import { awaitScorers } from './model-scorers.js';
import { switchFault } from './switch-fault.js';
import type { Terminal } from './terminal.js';

const TAKEN_UP_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 100;
/** A part that says every two seconds what it does; one that was not heard of for so long has gone. */
const SILENT_MS = 6_000;

/** A demo whose faults are switched. */
interface DemoAtHand {
  readonly name: string;
  readonly demo: DemoCluster;
  readonly options: FaultOptions;
  readonly control: ControlFollower;
  /** Undefined where none is asked. */
  readonly scorers: HeardScorers | undefined;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Does what `npm run fault` was asked for; gives the exit code. */
export async function runFault(
  options: FaultOptions,
  cluster: Cluster,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<0 | 1> {
  const topicName = ({ name }: { readonly name: string }): string => `${options.namespace}${name}`;
  const demo: DemoCluster = { cluster, schemas: connectSchemas(options.registry), topicName };
  let exitCode: 0 | 1 = 0;
  for (const name of await demosMeant(options, demo)) {
    const control = await ControlFollower.start(name, demo, { onWarning: (sentence) => terminal.say(sentence) });
    const scorers = asksScorers(options) ? await HeardScorers.start(name, demo, signal) : undefined;
    try {
      const code = await atHand({ name, demo, options, control, scorers, terminal, signal });
      if (code === 1) exitCode = 1;
    } finally {
      await scorers?.close();
      await control.close();
    }
  }
  return exitCode;
}

/** It takes a while to hear them: what others obey is not to wait for it. */
function asksScorers({ name }: FaultOptions): boolean {
  const obeyedBy = name === undefined ? 'scorer' : faultOf(name).obeyedBy;
  return obeyedBy === 'scorer' || obeyedBy === 'models';
}

/** @throws KitError 'usage' where none is there, or several are and none was named. */
async function demosMeant({ demos: named, namespace }: FaultOptions, demo: DemoCluster): Promise<readonly string[]> {
  const topics = new Set(await demo.cluster.topicNames());
  const there = demos().filter((name) => topics.has(demo.topicName(controlTopic(name))));
  const meant = named === undefined ? there : there.filter((name) => named.includes(name));
  const where = `on ${demo.cluster.brokers.join(', ')}${namespace === '' ? '' : ` under the namespace ${namespace}`}`;
  if (meant.length === 0) {
    const which = named?.length === 1 ? `The demo ${named[0]}` : 'No demo';
    throw new KitError(
      'usage',
      `${which} has${named?.length === 1 ? ' not' : ''} run ${where}: start it first (--brokers, --namespace say where it is).`,
    );
  }
  if (named === undefined && meant.length > 1) {
    throw new KitError(
      'usage',
      `${meant.join(', ')} have run ${where}; say which is meant with --demo NAME, or --demo all.`,
    );
  }
  return meant;
}

async function atHand(demo: DemoAtHand): Promise<0 | 1> {
  const { name, action } = demo.options;
  if (action === 'status' || name === undefined) {
    const told = name === undefined ? faultCatalogue : [faultOf(name)];
    demo.terminal.say(demo.terminal.bold(demo.name));
    for (const fault of told) demo.terminal.say(`  ${fault.name.padEnd(16)}${statusInWords(fault, demo)}`);
    return 0;
  }
  return switchIt(faultOf(name), action === 'on', demo);
}

async function switchIt(fault: Fault, on: boolean, demo: DemoAtHand): Promise<0 | 1> {
  const { name, demo: cluster, options, scorers, terminal, signal } = demo;
  const parts = obeying(fault, demo);
  if (on && fault.obeyedBy === 'supervisor' && parts.length === 0) {
    throw new KitError(
      'usage',
      `${fault.title}: no demo is heard of that runs a broker of its own. The brokers of a cluster are not the demo's to stop; ` +
        'of one in Docker `docker compose pause kafka` does it.',
    );
  }
  const writer = await ControlWriter.open(name, cluster);
  try {
    const { topicName } = cluster;
    const answers =
      fault.obeyedBy === 'models'
        ? await awaitScorers(cluster.cluster, options.registry, topicName({ name: `${name}.status` }), name)
        : undefined;
    const { order, change } = await switchFault(
      { name: fault.name, on, by: 'command', ...(options.forMs !== undefined && { forMs: options.forMs }) },
      {
        demo: name,
        writer,
        cluster: cluster.cluster,
        modelsTopic: topicName({ name: MODELS_TOPIC }),
        modelFolder: projectFile(`demos/${name}/model/`),
        scorers: () => scorers?.heard ?? [],
      },
    );
    const seconds = options.forMs === undefined ? fault.lasts?.seconds : options.forMs / 1_000;
    terminal.say(
      `${name}: ${fault.title}: ${on ? `on${seconds === undefined ? '' : `, for ${seconds} s at most`}` : 'off'}.`,
    );
    let code: 0 | 1 = 0;
    if (answers === undefined) code = await takenUp(fault, order, demo);
    else if (change === undefined) terminal.say(`  It was ${on ? 'on' : 'off'} already.`);
    else code = await answers.answer({ role: 'champion', change, say: (line) => terminal.say(`  ${line}`), signal });
    if (on) tellWhatToSee(fault, terminal);
    return code;
  } finally {
    await writer.close();
  }
}

/** Waits until all that are heard of have taken an order up, or the one that it names is gone. */
async function takenUp(
  fault: Fault,
  { id, target }: { readonly id: string; readonly target: string | null },
  demo: DemoAtHand,
): Promise<0 | 1> {
  const { terminal, signal } = demo;
  const has = ({ obeys }: Obeying): boolean => obeys.includes(id);
  const meant = (): Obeying[] => obeying(fault, demo).filter(({ instance }) => target === null || instance === target);
  const until = performance.now() + TAKEN_UP_WITHIN_MS;
  while (performance.now() < until && !signal.aborted) {
    const parts = meant();
    if (target === null ? parts.length > 0 && parts.every(has) : parts.every(has)) break;
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
  const parts = meant();
  const taken = parts.filter(has).length;
  if (target !== null) {
    terminal.say(
      taken === parts.length ? `  The scorer ${target} has taken it up.` : `  The scorer ${target} has not.`,
    );
    return taken === parts.length ? 0 : 1;
  }
  const part = fault.obeyedBy === 'supervisor' ? 'demo' : fault.obeyedBy;
  if (parts.length === 0) terminal.say(`  No ${part} is heard of; one that starts before its time is over obeys it.`);
  else terminal.say(`  Taken up by ${taken} of ${parts.length} ${part}${parts.length === 1 ? '' : 's'}.`);
  return taken > 0 && taken === parts.length ? 0 : 1;
}

interface Obeying {
  readonly instance: string;
  readonly obeys: readonly string[];
}

/** The parts that are heard of and obey such a fault. */
function obeying({ name, obeyedBy }: Fault, { control, scorers }: DemoAtHand): readonly Obeying[] {
  if (obeyedBy === 'scorer' || obeyedBy === 'models') return scorers?.heard ?? [];
  const since = Date.now() - SILENT_MS;
  return [...control.state.parts.values()].filter(
    ({ role, faults, lastHeardAt }) => role === obeyedBy && faults.includes(name) && lastHeardAt > since,
  );
}

function statusInWords(fault: Fault, demo: DemoAtHand): string {
  const parts = obeying(fault, demo);
  if (fault.obeyedBy === 'models') {
    const turned = (demo.scorers?.heard ?? []).filter(({ modelVersion }) => isTurned(modelVersion)).length;
    return turned === 0 ? 'off' : `on: ${turned} of ${parts.length} scorers serve it`;
  }
  const state = demo.control.state.faults.get(fault.name);
  if (!state?.on) return 'off';
  const left =
    state.endsAt === null ? '' : `, for ${Math.max(0, Math.ceil((state.endsAt - Date.now()) / 1_000))} s more`;
  const taken = parts.filter(({ obeys }) => obeys.includes(state.id)).length;
  return `on${left}, taken up by ${taken} of ${parts.length}`;
}

function tellWhatToSee({ sentence, panel, alert, unless, also, recovers }: Fault, terminal: Terminal): void {
  terminal.say(`  ${sentence}`);
  terminal.say(
    `  Seen      on the page at ${panel}; alert ${alert}${also.length === 0 ? '' : `, and perhaps ${also.join(', ')}`}`,
  );
  if (unless !== undefined) terminal.say(`            ${unless}`);
  terminal.say(`  Recovers  ${recovers}`);
}
