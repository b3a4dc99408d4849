import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ControlFollower,
  type ControlNews,
  ControlWriter,
  type DesiredState,
  type FaultName,
  type FaultState,
  faultInEffect,
  faultNames,
  faultOf,
  type ResetAnswer,
  UNDISTURBED,
} from '#shared/control';
import { KitError } from '#shared/errors';
import { MODELS_TOPIC } from '#shared/scoring';
import type { DemoCluster } from './demo-cluster.js';
import { instanceName } from './instance-name.js';
import type { OwnBroker } from './own-broker.js';
import { PartReports } from './part-reports.js';
import { servesTurned, switchFault } from './switch-fault.js';

/** What whoever waits to hear of it needs to read that the order was taken up, before the broker is away. */
const HEARD_MS = 300;
/** By whom an order is that says on a demo's own topic what another demo of the run has the broker do that they share. */
const ANOTHER_DEMO = 'another demo';
const MOST_ECHOES = 16;

interface Supervised {
  readonly control: Pick<ControlFollower, 'state' | 'onChange'>;
  readonly where: {
    /** Absent where the brokers are not the run's to stop. */
    readonly broker?: Pick<OwnBroker, 'suspend' | 'resume' | 'announce' | 'isGoing' | 'onBack' | 'onGoing'>;
  };
  /** The folder of the demo's own model: what a published one is rolled back to in the end. */
  readonly modelFolder: URL;
  /** Told, in a sentence, what is switched. */
  readonly say: (sentence: string) => void;
  /** What became of the order to begin anew by which this run was begun; absent for the first run. */
  readonly answered?: ResetAnswer | undefined;
}

/** What the whole of a demo obeys of its control topic, where no part could: it has the broker away. */
export class FaultSupervisor {
  readonly #supervised: Supervised;
  readonly #reports: PartReports;
  readonly #unfollow: () => void;
  readonly #unlisten: (() => void) | undefined;
  readonly #unlistenGoing: (() => void) | undefined;
  readonly #name: string;
  readonly #writer: ControlWriter;
  /** The orders to begin anew that have been obeyed with this run: the one that began it, and the last that came before it. */
  readonly #obeyed: ReadonlySet<string>;
  #answer: ResetAnswer | null;
  readonly #on = new Set<FaultName>();
  /** The last order that was taken up of the broker. */
  #lostBroker: string | undefined;
  /** The order by which the broker is to go in a moment. */
  #goingBy: string | undefined;
  /** The orders that only say what another demo has asked for. */
  readonly #echoes = new Set<string>();

  /**
   * Begins to obey, and to say so. What an earlier run was told, on topics that stay, does not hold for this one: its faults
   * are off, and it goes at its own pace. Undefined where there is no control topic.
   */
  static async start(name: string, demo: DemoCluster, supervised: Supervised): Promise<FaultSupervisor | undefined> {
    if (demo.noControl !== undefined) {
      supervised.say(demo.noControl);
      return undefined;
    }
    const writer = await ControlWriter.open(name, demo);
    await calm(name, demo, writer, supervised);
    return new FaultSupervisor(name, writer, supervised);
  }

  private constructor(name: string, writer: ControlWriter, supervised: Supervised) {
    const { control, where, answered } = supervised;
    this.#name = name;
    this.#supervised = supervised;
    this.#writer = writer;
    this.#answer = answered ?? null;
    // One that was refused has left all as it was, so whatever came after it is still to be answered.
    const isRefused = answered !== undefined && answered.why !== null;
    const obeyed = isRefused ? [] : [answered?.id, control.state.reset?.id];
    this.#obeyed = new Set(obeyed.filter((id) => id !== undefined));
    const faults: readonly FaultName[] = where.broker === undefined ? [] : ['lost-broker'];
    this.#reports = new PartReports(writer, () => ({
      role: 'supervisor',
      instance: instanceName(),
      heardAt: Date.now(),
      obeys: [...this.#obeyed, this.#lostBroker].filter((id) => id !== undefined),
      faults,
      eventTime: null,
      lap: null,
      sent: 0,
      held: 0,
      injected: 0,
      answer: this.#answer,
    }));
    this.#unfollow = control.onChange((state, news) => this.#take(state, news));
    this.#unlisten = where.broker?.onBack((by) => {
      this.#goingBy = undefined;
      // Who asked for it says so on its own topic, or has its time over; what was said of another's ends with it.
      const isOwn = by === name || (by === undefined && !this.#echoes.has(this.#lostBroker ?? ''));
      if (!isOwn) void this.#sayItIsBack();
    });
    this.#unlistenGoing = where.broker?.onGoing(async (by, until) => {
      if (by !== name) await this.#sayItGoes(until);
    });
  }

  /** The id of an order to begin anew that has come since this was started, and is not answered; undefined where none is. */
  get asked(): string | undefined {
    const id = this.#supervised.control.state.reset?.id;
    return id === undefined || this.#obeyed.has(id) || id === this.#answer?.id ? undefined : id;
  }

  /** Says whether an order to begin anew is taken up; resolves when that is written, or cannot be. */
  async answer(answer: ResetAnswer): Promise<void> {
    this.#answer = answer;
    await this.#reports.reported();
  }

  async close(): Promise<void> {
    this.#goingBy = undefined;
    this.#unfollow();
    this.#unlisten?.();
    this.#unlistenGoing?.();
    await this.#reports.close();
  }

  #take(state: DesiredState, news: ControlNews): void {
    for (const [name, fault] of state.faults) {
      if (news.faults.includes(name)) this.#supervised.say(inWords(name, fault));
      else if (this.#on.has(name) && !fault.on) this.#supervised.say(`${faultOf(name).title}: off, its time is over.`);
      if (fault.on) this.#on.add(name);
      else this.#on.delete(name);
    }
    if (news.faults.includes('lost-broker')) void this.#loseBroker(state);
  }

  async #loseBroker(state: DesiredState): Promise<void> {
    const { control, where } = this.#supervised;
    if (where.broker === undefined) return;
    this.#lostBroker = state.faults.get('lost-broker')?.id;
    const order = faultInEffect(state, 'lost-broker', instanceName());
    this.#goingBy = order?.id;
    await this.#reports.reported();
    if (this.#echoes.has(this.#lostBroker ?? '')) {
      // Of what has ended before it was read nobody would say so later.
      if (order !== undefined && !where.broker.isGoing) await this.#sayItIsBack();
      return;
    }
    if (order?.endsAt == null) {
      if (where.broker.isGoing) where.broker.resume(this.#name);
      return;
    }
    await where.broker.announce(this.#name, order.endsAt);
    await delay(HEARD_MS);
    // Once it is away nobody could read that it is to stay.
    const now = control.state.faults.get('lost-broker');
    if (this.#goingBy !== order.id || now?.id !== order.id || !now.on) return;
    const ms = order.endsAt - Date.now();
    if (ms > 0) where.broker.suspend(ms);
  }

  /** Where another demo of the run has asked for the broker that all of them share, it is back for this one, too. */
  async #sayItIsBack(): Promise<void> {
    const { control, say } = this.#supervised;
    if (control.state.faults.get('lost-broker')?.on !== true) return;
    try {
      await this.#writer.switchFault('lost-broker', { on: false, by: ANOTHER_DEMO, id: this.#newEcho() });
    } catch (error) {
      say(`That the broker is back could not be written: ${KitError.from(error).message}`);
    }
  }

  /** Where another demo of the run has asked for it, the broker that all of them share is lost to this one, too. */
  async #sayItGoes(until: number): Promise<void> {
    const { control, say } = this.#supervised;
    if ((control.state.faults.get('lost-broker')?.endsAt ?? 0) >= until) return;
    try {
      const forMs = until - Date.now();
      await this.#writer.switchFault('lost-broker', { on: true, forMs, by: ANOTHER_DEMO, id: this.#newEcho() });
    } catch (error) {
      say(`That the broker goes could not be written: ${KitError.from(error).message}`);
    }
  }

  #newEcho(): string {
    const id = randomUUID();
    this.#echoes.add(id);
    const [oldest] = this.#echoes;
    if (this.#echoes.size > MOST_ECHOES && oldest !== undefined) this.#echoes.delete(oldest);
    return id;
  }
}

/** Takes back what is on, and has producers go at their own pace. */
async function calm(
  name: string,
  { cluster, topicName }: DemoCluster,
  writer: ControlWriter,
  { control, modelFolder, say }: Supervised,
): Promise<void> {
  const { faults, pace } = control.state;
  const modelsTopic = topicName({ name: MODELS_TOPIC });
  const reach = { demo: name, writer, cluster, modelsTopic, modelFolder, scorers: () => [] };
  for (const fault of faultNames) {
    // A bad model serves until it is rolled back, whatever was said of it since.
    const mayServe = fault === 'bad-model' && faults.has(fault);
    try {
      if (faults.get(fault)?.on !== true && !(mayServe && (await servesTurned(reach)))) continue;
      await switchFault({ name: fault, on: false, by: 'start' }, reach);
    } catch (error) {
      if (fault !== 'bad-model') throw error;
      say(`The bad model of an earlier run could not be rolled back: ${KitError.from(error).message}`);
    }
  }
  const { paused, speed } = UNDISTURBED.pace;
  if (pace.paused !== paused || pace.speed !== speed) await writer.changePace(pace, { paused, speed });
}

/** "Poison records is on, by page, for 600 s at most." */
function inWords(name: FaultName, { on, by, endsAt }: FaultState): string {
  const { title } = faultOf(name);
  if (!on) return `${title}: off, by ${printable(by)}.`;
  const most = endsAt === null ? '' : `, for ${Math.ceil((endsAt - Date.now()) / 1_000)} s at most`;
  return `${title}: on, by ${printable(by)}${most}.`;
}

/** What somebody wrote to a topic, for a terminal: no control characters. */
function printable(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}\p{P}\p{Zs}]/gu, '?').slice(0, 40);
}
