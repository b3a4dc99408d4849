import type { Controls } from './snapshot.js';

/** Whether things can be changed by this page; where not, why, in a sentence. */
export type ControlsState = { readonly on: true } | { readonly on: false; readonly why: string };

let controls: Controls = { off: 'The page is not connected yet.' };

/** The page tells with each state whether this server lets it change things. */
export function allowCommands(given: Controls): void {
  controls = given;
}

export function controlsState(): ControlsState {
  return 'token' in controls ? { on: true } : { on: false, why: controls.off };
}

/** What a request needs that changes something, or costs the server work. */
export function controlHeaders(): Readonly<Record<string, string>> {
  return 'token' in controls ? { 'X-Control-Token': controls.token } : {};
}

/**
 * Has the server carry out a command, and gives back what it answers.
 * @throws Error with the server's sentence, where it cannot be done.
 */
export async function command(name: string, body: object): Promise<unknown> {
  const response = await fetch(`commands/${name}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...controlHeaders() },
    body: JSON.stringify(body),
  }).catch((error: unknown) => {
    throw new Error('The demo does not answer: is it still running?', { cause: error });
  });
  return answerOf(response);
}

/**
 * The JSON of an answer.
 * @throws Error with the server's sentence, where it refuses.
 */
export async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.headers.get('Content-Type')?.startsWith('application/json') !== true) throw new Error(text.trim());
  const answer: unknown = JSON.parse(text);
  if (response.ok) return answer;
  const hasSentence = typeof answer === 'object' && answer !== null && 'error' in answer;
  throw new Error(hasSentence ? String(answer.error) : `The server answers ${response.status}.`);
}
