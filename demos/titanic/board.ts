import { type Board, listen, type Moment } from '#shared/dashboard';
import type { BoardState } from './page/board-state.js';
import { nameInWords, personInWords } from './page/words.js';
import { type LogEntry, logEntries, type Outcome, type Prediction, type Stage } from './topics.js';
import { dayInWords } from './voyage.js';
import { VoyageRecord } from './voyage-record.js';

/** Disagreements come by the minute; a watcher can take in one each half hour of the ship's time. */
const BETWEEN_DISAGREEMENTS_MS = 30 * 60_000;

const tones: Readonly<Record<Stage, Moment['tone']>> = {
  boarding: 'news',
  sailing: 'news',
  struck: 'alarm',
  boats: 'news',
  lost: 'alarm',
  rescue: 'good',
};

/** What the board knows: the voyage of now. A new one begins with its first passenger. */
export function createBoard(tell: (moment: Moment) => void): Board<Prediction, Outcome> {
  let lap = 0;
  let voyage = new VoyageRecord();
  let entry: LogEntry | undefined;
  let pointed = new Set<string>();
  let pointedAt = Number.NEGATIVE_INFINITY;

  /** Whether it is about somebody on the list of this voyage; one who is scored from the form is on no list. */
  const isAboard = (id: string): boolean => {
    const ofLap = lapOf(id);
    if (ofLap === undefined) return false;
    if (ofLap > lap) {
      lap = ofLap;
      voyage = new VoyageRecord();
      pointed = new Set();
      pointedAt = Number.NEGATIVE_INFINITY;
    }
    return ofLap === lap;
  };

  const tellOfEnd = ({ id, survived, knownAt }: Outcome, { name, decision }: Prediction): void => {
    if (!pointed.has(id)) return;
    const right = (decision === 'survived') === survived ? 'champion' : 'challenger';
    const text = `${nameInWords(name)} ${survived ? 'is saved' : 'is lost'}: the ${right} was right`;
    tell({ eventTime: knownAt, text, tone: survived ? 'good' : 'news', place: id });
  };

  return {
    prediction(prediction) {
      const { id, eventTime, name } = prediction;
      if (!isAboard(id) || !voyage.add(prediction) || eventTime - pointedAt < BETWEEN_DISAGREEMENTS_MS) return;
      pointedAt = eventTime;
      pointed.add(id);
      const text = `The two disagree about ${nameInWords(name)}: ${personInWords(prediction)}`;
      tell({ eventTime, text, tone: 'news', place: id });
    },
    outcome(outcome) {
      const disagreement = isAboard(outcome.id) ? voyage.settle(outcome) : undefined;
      if (disagreement !== undefined) tellOfEnd(outcome, disagreement);
    },
    listens: [
      listen(logEntries, (next) => {
        entry = next;
        tell({ eventTime: next.at, text: next.text, tone: tones[next.stage] });
      }),
    ],
    snapshot: (): BoardState => ({
      when: entry === undefined ? '' : dayInWords(entry.at),
      what: entry?.text ?? '',
      ...voyage.state(),
    }),
  };
}

/** The voyage that an id is of; undefined where it is none of the list. */
function lapOf(id: string): number | undefined {
  const found = /^P\d{4}(?:-lap(\d+))?$/.exec(id);
  return found ? Number(found[1] ?? 1) : undefined;
}
