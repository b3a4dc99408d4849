import type { ControlNews, PaceOrder } from '#shared/control';
import type { Pace } from './pace.js';

/** Waits closer together than this cost more than they gain: each is a request, an answer and a fetch on the other side. */
const LINGER_MS = 4;
/** A jump ends here at the latest, in laps: whoever asks for the year 3000 is not obeyed for ever. */
const LONGEST_JUMP_LAPS = 2;

/** The record that is to be sent next. */
interface NextRecord {
  readonly eventTime: number;
  readonly main: boolean;
  readonly lap: number;
}

/**
 * A run's pace as it is played: slower and faster, standing still, record by record, hurrying to a moment of event time. What
 * is hurried over is sent as well, all of it.
 */
export class PlayedPace {
  readonly #pace: Pace;
  readonly #now: () => number;
  /** Which moment of the run's own pace is played when: there the clock was set last. */
  #anchor: { readonly at: number; readonly due: number } | undefined;
  #next: NextRecord & { readonly due: number } = { eventTime: 0, main: false, lap: 0, due: 0 };
  #speed = 1;
  #isPaused = false;
  /** Main records that were asked for one by one. */
  #steps = 0;
  #jump: { readonly to: number; readonly endLap: number } | undefined;
  #wake: (() => void) | undefined;

  /** `now`: the clock, in milliseconds. */
  constructor(pace: Pace, now: () => number) {
    this.#pace = pace;
    this.#now = now;
  }

  /** Whether records are sent when they are due: only of these it is known how long their predictions take. */
  get isTimed(): boolean {
    return this.#pace.paced && this.#jump === undefined;
  }

  /** Whether the next record is not to go before there is another order. */
  get isStanding(): boolean {
    return this.waitMs() === Number.POSITIVE_INFINITY;
  }

  /** Takes up an order. */
  take({ paused, speed }: PaceOrder, { steps, jumpTo }: Pick<ControlNews, 'steps' | 'jumpTo'>): void {
    if (this.#anchor !== undefined && !this.#isPaused) this.#anchor = { at: this.#now(), due: this.#position() };
    if (this.#anchor !== undefined && this.#isPaused && !paused) this.#anchor = { ...this.#anchor, at: this.#now() };
    this.#speed = speed;
    this.#isPaused = paused;
    this.#steps = paused ? this.#steps + steps : 0;
    if (jumpTo !== undefined) this.#jump = { to: jumpTo, endLap: this.#next.lap + LONGEST_JUMP_LAPS };
    this.#wake?.();
  }

  /** Says which record comes next; the clock starts with the first one. */
  next({ eventTime, main, lap }: NextRecord): void {
    const due = this.#pace.dueAt(eventTime, main);
    this.#anchor ??= { at: this.#now(), due };
    this.#next = { eventTime, main, lap, due };
    if (this.#jump !== undefined && (eventTime >= this.#jump.to || lap >= this.#jump.endLap)) {
      this.#jump = undefined;
      this.#anchor = { at: this.#now(), due };
    }
  }

  /** How long that record is to wait from now on, in milliseconds; without end while nothing is to go. */
  waitMs(): number {
    if (this.#jump !== undefined) return 0;
    if (this.#isPaused) return this.#steps > 0 ? 0 : Number.POSITIVE_INFINITY;
    if (!this.#pace.paced || this.#anchor === undefined) return 0;
    return Math.max(0, this.#anchor.at + (this.#next.due - this.#anchor.due) / this.#speed - this.#now());
  }

  /** Waits for it, or until there is an order that changes when it is due, or `signal`. */
  async wait(signal: AbortSignal): Promise<void> {
    const ms = this.waitMs();
    if (ms === 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = ms < Number.POSITIVE_INFINITY ? setTimeout(resolve, Math.max(ms, LINGER_MS)) : undefined;
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', this.#wake);
    });
    if (this.#wake !== undefined) signal.removeEventListener('abort', this.#wake);
    this.#wake = undefined;
  }

  /** The record goes. */
  goes(): void {
    if (!this.#isPaused || this.#jump !== undefined) return;
    // After it stands still here, and goes on from here.
    this.#anchor = { at: this.#now(), due: this.#next.due };
    if (this.#next.main) this.#steps -= 1;
  }

  /** The moment of the run's own pace that is played now. */
  #position(): number {
    const { at, due } = this.#anchor ?? { at: this.#now(), due: 0 };
    // Whoever was held up catches up; what stands still or hurries is where its next record is.
    return this.#jump === undefined ? due + (this.#now() - at) * this.#speed : this.#next.due;
  }
}
