/** How asking ended: the prediction and how long it took to come back, or a sentence that says why there is none. */
export type Answer<P> = { readonly prediction: P; readonly tookMs: number } | { readonly problem: string };

let token: string | null = null;

/** The page tells with each state which token this server takes; null where the demo has no form. */
export function allowAsking(given: string | null): void {
  token = given;
}

/**
 * Sends what a board's form holds: it becomes a record on the demo's input topic, and what the scorer wrote of it comes
 * back. `P` is the demo's prediction.
 */
export async function ask<P>(body: object): Promise<Answer<P>> {
  try {
    const response = await fetch('ask', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Ask-Token': token ?? '' },
      body: JSON.stringify(body),
    });
    // The server's own JSON, of the type that the demo's board is compiled against.
    const answer = (await response.json()) as { error: string } | { prediction: P; tookMs: number };
    return 'error' in answer ? { problem: answer.error } : answer;
  } catch {
    return { problem: 'The demo does not answer: is it still running?' };
  }
}
