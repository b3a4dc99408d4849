import type { ReplayBecame, ReplayNote } from '#shared/dashboard';
import type { RecordHeaders } from '#shared/kafka';
import { NEWEST } from '#shared/monitoring';
import { projectFile } from '#shared/project-file';
import { defineTopic, type Topic } from '#shared/schema';

/** Marks an input that was a dead letter, `partition@offset` of that; travels on to what becomes of it. */
export const REPLAYED_HEADER = 'replayed';

/** That a dead letter was sent again. */
export interface Replay {
  readonly letterPartition: number;
  readonly letterOffset: number;
  /** Where the record lay that had failed; it was sent to the same topic and partition again. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly replayedAt: number;
}

/** `<demo>.replays`, compacted: what was sent again, so that nothing is twice. It is made when the first letter is. */
export function replaysTopic(demo: string): Topic<Replay> {
  return defineTopic<Replay>({
    name: `${demo}.replays`,
    partitions: 1,
    cleanupPolicy: 'compact',
    config: NEWEST,
    schema: projectFile('shared/commands/replay.avsc'),
  });
}

const MOST_NOTES = 200;

interface Letter {
  readonly partition: number;
  readonly offset: number;
}

/** The dead letters that were sent again, and what became of each, as it is read from the topics. */
export class Replays {
  /** By the place of the letter; the newest last. */
  readonly #notes = new Map<string, ReplayNote>();

  /** The newest first. */
  get latest(): readonly ReplayNote[] {
    return [...this.#notes.values()].reverse();
  }

  /** A letter was sent again; `to` where that is known. */
  sent({ letterPartition: partition, letterOffset: offset, replayedAt }: Replay, to?: ReplayNote['to']): void {
    const letter = { partition, offset };
    const known = this.#notes.get(keyOf(letter));
    this.#note({ letter, replayedAt, to: to ?? known?.to ?? null, became: known?.became ?? null });
  }

  /** Told of the headers of each record that is read: most were no dead letter. */
  seen(headers: RecordHeaders, became: () => Pick<ReplayNote, 'to'> | { readonly became: ReplayBecame }): void {
    const letter = letterOf(headers);
    if (letter === undefined) return;
    const known = this.#notes.get(keyOf(letter)) ?? { letter, replayedAt: null, to: null, became: null };
    this.#note({ ...known, ...became() });
  }

  #note(note: ReplayNote): void {
    this.#notes.set(keyOf(note.letter), note);
    const [oldest] = this.#notes.keys();
    if (this.#notes.size > MOST_NOTES && oldest !== undefined) this.#notes.delete(oldest);
  }
}

function keyOf({ partition, offset }: Letter): string {
  return `${partition}@${offset}`;
}

function letterOf(headers: RecordHeaders): Letter | undefined {
  const header = headers[REPLAYED_HEADER];
  if (header === undefined || header === null) return undefined;
  const [, partition, offset] = /^(\d{1,9})@(\d{1,15})$/.exec(header.toString()) ?? [];
  return partition === undefined ? undefined : { partition: Number(partition), offset: Number(offset) };
}
