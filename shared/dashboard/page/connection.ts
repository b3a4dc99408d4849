const quietForMs = 12_000;
const retryMs = 1_500;
const restAfterMs = 10_000;

export interface ConnectionEvents<State, Part extends string> {
  state(state: State): void;
  /** The figures of the part that is followed with the state. */
  part?(part: Part, state: unknown): void;
  /** The server cannot make the part's figures; the sentence says why. */
  partFailed?(part: Part, message: string): void;
  /** The server cannot make its figures; the sentence says why. */
  failed(message: string): void;
  /** The stream broke, or nothing came for too long; it is being opened again. */
  lost(): void;
}

/**
 * The page's one connection to the server's events, which are opened again when they end. The server says something
 * every 5 seconds at least, so a cable pulled out is noticed too, which the browser itself would not report. A browser
 * has six connections for all windows of a server, commands among them: so a part is followed on the same one as the
 * state, and a page that nobody has looked at for 10 seconds holds none until somebody does again.
 */
export class Connection<State, Part extends string = never> {
  readonly #events: ConnectionEvents<State, Part>;
  #part: Part | undefined;
  #source: EventSource | undefined;
  #lastHeard = performance.now();
  #again: ReturnType<typeof setTimeout> | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /** Opens the events as soon as the page is looked at, with those of a part where one is named. */
  constructor(events: ConnectionEvents<State, Part>, part?: Part) {
    this.#events = events;
    this.#part = part;
    setInterval(() => this.#watch(), 1_000);
    document.addEventListener('visibilitychange', () => this.#look());
    this.#look();
  }

  /** Follows another part with the state, or none. */
  follow(part: Part | undefined): void {
    if (part === this.#part) return;
    this.#part = part;
    // A page that rests opens what it follows once it is looked at.
    if (!this.#isResting) this.#open();
  }

  get #isResting(): boolean {
    return this.#source === undefined;
  }

  #open(): void {
    this.#close();
    const part = this.#part;
    const source = new EventSource(part === undefined ? 'events' : `events?part=${encodeURIComponent(part)}`);
    this.#source = source;
    this.#heard();
    // What comes is the server's own JSON, of the types that both sides are compiled against.
    const on = (name: string, told: (data: string) => void): void =>
      source.addEventListener(name, (event: MessageEvent<string>) => {
        this.#heard();
        told(event.data);
      });
    const messageOf = (data: string): string => (JSON.parse(data) as { message: string }).message;
    on('alive', () => undefined);
    on('state', (data) => this.#events.state(JSON.parse(data) as State));
    on('failed', (data) => this.#events.failed(messageOf(data)));
    if (part !== undefined) {
      on('part', (data) => this.#events.part?.(part, JSON.parse(data)));
      on('part-failed', (data) => this.#events.partFailed?.(part, messageOf(data)));
    }
    source.addEventListener('error', () => {
      this.#events.lost();
      // The browser itself tries again after a broken stream, but not after a refused one.
      if (source.readyState === EventSource.CLOSED) this.#again = setTimeout(() => this.#open(), retryMs);
    });
  }

  #close(): void {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = undefined;
  }

  #heard(): void {
    this.#lastHeard = performance.now();
  }

  #watch(): void {
    if (this.#isResting || performance.now() - this.#lastHeard < quietForMs) return;
    this.#events.lost();
    this.#open();
  }

  #look(): void {
    clearTimeout(this.#rest);
    if (document.hidden) this.#rest = setTimeout(() => this.#close(), restAfterMs);
    else if (this.#isResting) this.#open();
  }
}
