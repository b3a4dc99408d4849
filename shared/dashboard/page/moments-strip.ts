import { byId, fillList, setHidden, setText } from './dom.js';
import { fillMoment, makeMoment } from './moment.js';
import { toneSigns } from './signs.js';
import type { ShownMoment, Snapshot } from './snapshot.js';

/** What is read aloud needs its time: a moment that follows at once is seen, not heard. */
const quietMs = 8_000;

/** The strip of what has just happened: the newest large, what came before it smaller. */
export class MomentsStrip {
  #read = 0;
  #readAt = Number.NEGATIVE_INFINITY;

  update({ moments, about }: Snapshot): void {
    setHidden(byId('moments-panel'), !about.hasBoard);
    const [newest] = moments;
    setHidden(byId('moments-empty'), newest !== undefined);
    fillList(byId('moments'), moments, makeMoment, fillMoment);
    if (newest !== undefined) this.#announce(newest);
  }

  #announce({ number, text, tone }: ShownMoment): void {
    const now = performance.now();
    if (number === this.#read || now - this.#readAt < quietMs) return;
    this.#read = number;
    this.#readAt = now;
    setText(byId('moment-announcer'), `${toneSigns[tone].word}: ${text}`);
  }
}
