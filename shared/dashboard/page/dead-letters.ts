import { command, controlsState } from './command.js';
import { make, setText } from './dom.js';
import { decimals } from './format.js';
import type { PeekedRecord, ReplayNote } from './records-state.js';
import type { RecordColumn } from './records-table.js';
import { inShort } from './records-values.js';

const prefix = '__streams.errors.';

/** The headers that are told in words. */
const told = ['exception', 'message', 'topic', 'partition', 'offset'].map((name) => `${prefix}${name}`);

/** Where a record lies, or lay. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** What the headers of a dead letter say. */
interface Reason {
  readonly code: string;
  readonly message: string;
  /** Undefined where somebody else wrote the record. */
  readonly origin: RecordPlace | undefined;
}

/** What is known of the dead letters that were sent again. */
export class DeadLetters {
  #replays: readonly ReplayNote[] = [];

  /** Takes what the server knows; gives back whether that is news. */
  update(replays: readonly ReplayNote[]): boolean {
    const isNews = JSON.stringify(replays) !== JSON.stringify(this.#replays);
    this.#replays = replays;
    return isNews;
  }

  noteOf({ partition, offset }: PeekedRecord): ReplayNote | undefined {
    return this.#replays.find(({ letter }) => letter.partition === partition && letter.offset === offset);
  }

  /** Why each failed, where it lay, and what has become of it since. */
  columns(shortName: (topic: string) => string): readonly RecordColumn[] {
    return [
      {
        header: 'Why',
        className: 'why',
        fill: (cell, record) => {
          const { code, message } = reasonOf(record);
          if (code !== '') cell.append(make('span', 'chip is-odd', code));
          cell.append(message);
          cell.title = message;
        },
      },
      {
        header: 'Since then',
        className: 'since',
        fill: (cell, record) => {
          const note = this.noteOf(record);
          const { text, className } = inWords(note);
          cell.append(make('span', className, text));
        },
      },
      {
        header: 'Came from',
        className: 'origin',
        fill: (cell, record) => {
          const { origin } = reasonOf(record);
          cell.textContent = origin ? `${shortName(origin.topic)} ${origin.partition}/${origin.offset}` : 'not known';
        },
      },
    ];
  }

  /** Beside what every record has. */
  facts(record: PeekedRecord): readonly (readonly [name: string, text: string])[] {
    const { code, message, origin } = reasonOf(record);
    const note = this.noteOf(record);
    return [
      ['Why', message === '' ? 'It has no headers that say why.' : message],
      ['Code', code],
      ['Came from', origin ? `${origin.topic}, partition ${origin.partition}, offset ${origin.offset}` : 'not known'],
      ...(note ? [['Since then', longer(note)] as const] : []),
    ];
  }

  /** Whether a header is left out, as it is told already. */
  isTold(header: string): boolean {
    return told.includes(header);
  }

  /** To send it again, and to go where it came from and where it is now. */
  actions(record: PeekedRecord, say: (sentence: string) => void, goTo: (place: RecordPlace) => void): HTMLElement[] {
    const { origin } = reasonOf(record);
    const note = this.noteOf(record);
    const buttons: HTMLElement[] = [];
    if (origin !== undefined)
      buttons.push(this.#replayButton(record, note, say), toPlace('Where it failed', origin, goTo));
    const now = note?.to;
    if (now !== undefined && now !== null && now.offset !== null) {
      buttons.push(toPlace('Where it is now', { ...now, offset: now.offset }, goTo));
    }
    return buttons;
  }

  #replayButton(
    { partition, offset }: PeekedRecord,
    note: ReplayNote | undefined,
    say: (sentence: string) => void,
  ): HTMLElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'replay';
    const controls = controlsState();
    button.textContent = note === undefined ? 'Replay' : 'Replayed';
    button.disabled = note !== undefined || !controls.on;
    if (!controls.on) button.title = controls.why;
    button.addEventListener('click', () => {
      button.disabled = true;
      setText(button, 'Replaying…');
      command('replay', { partition, offset }).then(
        () => setText(button, 'Replayed'),
        (error: unknown) => {
          button.disabled = false;
          setText(button, 'Replay');
          say(error instanceof Error ? error.message : String(error));
        },
      );
    });
    return button;
  }
}

function reasonOf(record: PeekedRecord): Reason {
  const text = (name: string): string | undefined => {
    const header = record.headers.find((each) => each.name === `${prefix}${name}`);
    return header && inShort(header.value);
  };
  const [topic, partition, offset] = [text('topic'), Number(text('partition')), Number(text('offset'))];
  const isKnown = topic !== undefined && Number.isInteger(partition) && Number.isInteger(offset);
  return {
    code: text('exception') ?? '',
    message: text('message') ?? '',
    origin: isKnown ? { topic, partition, offset } : undefined,
  };
}

function inWords(note: ReplayNote | undefined): { readonly text: string; readonly className: string } {
  if (note === undefined) return { text: '', className: '' };
  const { became } = note;
  if (became === null) return { text: 'replayed', className: 'became' };
  if (became.kind === 'scored') return { text: `✓ scored ${decimals(became.score, 3)}`, className: 'became is-good' };
  return { text: `✗ failed again: ${became.partition}/${became.offset}`, className: 'became is-bad' };
}

function longer({ became, replayedAt }: ReplayNote): string {
  const when = replayedAt === null ? 'Replayed' : `Replayed at ${new Date(replayedAt).toISOString().slice(11, 19)} UTC`;
  if (became === null) return `${when}; no prediction of it has been seen on this page.`;
  if (became.kind === 'dead-letter') {
    return `${when}; it failed again (${became.code}) and is the letter ${became.partition}/${became.offset} now.`;
  }
  const decision = became.decision === null ? '' : `, ${became.decision}`;
  return `${when}; scored ${decimals(became.score, 3)}${decision}, as ${became.id}.`;
}

function toPlace(text: string, place: RecordPlace, goTo: (place: RecordPlace) => void): HTMLElement {
  const button = make('button', '', text);
  button.setAttribute('type', 'button');
  button.addEventListener('click', () => goTo(place));
  return button;
}
