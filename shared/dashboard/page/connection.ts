const quietForMs = 12_000;
const retryMs = 1_500;

export interface ConnectionEvents<State> {
  state(state: State): void;
  /** The server cannot make its figures; the sentence says why. */
  failed(message: string): void;
  /** The stream broke, or nothing came for too long; it is being opened again. */
  lost(): void;
}

/**
 * Follows the server's events at a path and keeps trying when they end, until what it gives back is called. The server says something every 5 seconds at least, so a
 * cable pulled out is noticed too, which the browser itself would not report.
 */
export function follow<State>(path: string, events: ConnectionEvents<State>): () => void {
  let source: EventSource | undefined;
  let ended = false;
  let lastHeard = performance.now();

  const heard = (): void => {
    lastHeard = performance.now();
  };
  const open = (): void => {
    if (ended) return;
    source?.close();
    source = new EventSource(path);
    heard();
    source.addEventListener('alive', heard);
    source.addEventListener('state', (event) => {
      heard();
      // The server's own JSON, of the type that both sides are compiled against.
      events.state(JSON.parse(event.data) as State);
    });
    source.addEventListener('failed', (event) => {
      heard();
      const { message } = JSON.parse(event.data) as { message: string };
      events.failed(message);
    });
    source.addEventListener('error', () => {
      events.lost();
      // The browser itself tries again after a broken stream, but not after a refused one.
      if (source?.readyState === EventSource.CLOSED) setTimeout(open, retryMs);
    });
  };

  const watch = setInterval(() => {
    if (performance.now() - lastHeard < quietForMs) return;
    events.lost();
    open();
  }, 1_000);
  open();
  return () => {
    ended = true;
    clearInterval(watch);
    source?.close();
  };
}
