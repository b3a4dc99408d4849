import { eventTimeText } from './cell-text.js';
import type { Moment } from './definition.js';
import type { ShownMoment } from './page/snapshot.js';
import { Recent } from './recent.js';

/** The last moments that a demo's board has told of, numbered, so that a page knows which it has not shown yet. */
export class Moments {
  readonly #recent: Recent<ShownMoment>;
  readonly #time: (eventTime: number) => string;
  #told = 0;

  constructor(timeZone: string, limit: number) {
    this.#recent = new Recent(limit);
    this.#time = eventTimeText(timeZone);
  }

  tell({ eventTime, text, tone, place }: Moment): void {
    this.#told += 1;
    this.#recent.push({ number: this.#told, time: this.#time(eventTime), text, tone, place: place ?? null });
  }

  newestFirst(): ShownMoment[] {
    return this.#recent.newestFirst();
  }
}
