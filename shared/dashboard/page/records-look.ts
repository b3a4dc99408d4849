import { askForRecords } from './records-client.js';
import type { PeekedRecord, PeekedRecords } from './records-state.js';

/** Records that a table holds at most, however often more are asked for. */
const mostShown = 500;
const followedEveryMs = 1_000;

/** What is being looked at. */
interface Place {
  readonly topic: string;
  readonly partition: number | undefined;
  readonly from: string;
}

type LookState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'there'; readonly answer: PeekedRecords; readonly records: readonly PeekedRecord[] };

/** What is known of a look: its records, or why there are none; and whether more are being asked for. */
export type Look = LookState & { readonly isAsking: boolean; readonly problem: string | null };

/** Looks into a topic: once, further on, and again and again. Of questions that overlap the last one holds. */
export class RecordsLook {
  readonly #isSeen: () => boolean;
  readonly #changed: (look: Look, isNews: boolean) => void;
  #place: Place | undefined;
  #state: LookState = { kind: 'loading' };
  #asking: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isFollowing = false;

  /** What is not seen is not followed. `changed` is told what there is to show; `isNews` where it came while following. */
  constructor(isSeen: () => boolean, changed: (look: Look, isNews: boolean) => void) {
    this.#isSeen = isSeen;
    this.#changed = changed;
  }

  /** Looks at another place, or at the same anew. */
  begin(place: Place, { isFollowing }: { readonly isFollowing: boolean }): void {
    this.#place = place;
    this.#isFollowing = isFollowing;
    this.#state = { kind: 'loading' };
    void this.#ask(place.from, (answer) => answer.records);
  }

  /** Asks for what comes after the last one shown. */
  more(): void {
    const state = this.#state;
    if (state.kind !== 'there' || state.answer.next === null) return;
    void this.#ask(state.answer.next, ({ records }) => [...state.records, ...records].slice(0, mostShown));
  }

  get canGoOn(): boolean {
    const state = this.#state;
    return state.kind === 'there' && state.answer.next !== null && state.records.length < mostShown;
  }

  #again(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const place = this.#place;
      if (!this.#isFollowing || place === undefined) return;
      if (!this.#isSeen()) this.#again(followedEveryMs);
      else void this.#ask(place.from, (answer) => answer.records, true);
    }, afterMs);
  }

  async #ask(from: string, kept: (answer: PeekedRecords) => readonly PeekedRecord[], isNews = false): Promise<void> {
    const place = this.#place;
    if (place === undefined) return;
    this.#asking?.abort();
    clearTimeout(this.#timer);
    const asking = new AbortController();
    this.#asking = asking;
    this.#say(true, null, false);
    try {
      const answer = await askForRecords({ ...place, from }, asking.signal);
      if (asking.signal.aborted) return;
      this.#state = { kind: 'there', answer, records: kept(answer) };
      this.#say(false, answer.incomplete, isNews);
    } catch (error) {
      if (asking.signal.aborted) return;
      const sentence = error instanceof Error ? error.message : String(error);
      // What is there stays; what could not be brought is said over it.
      if (this.#state.kind !== 'there') this.#state = { kind: 'failed', sentence };
      this.#say(false, sentence, false);
    }
    if (this.#isFollowing) this.#again(followedEveryMs);
  }

  #say(isAsking: boolean, problem: string | null, isNews: boolean): void {
    this.#changed({ ...this.#state, isAsking, problem }, isNews);
  }
}
