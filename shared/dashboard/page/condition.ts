import { byId, setHidden, setText } from './dom.js';
import { count } from './format.js';
import type { PageState } from './snapshot.js';

/** What the page as a whole is in; the style sheet goes by it. */
export type Condition = 'loading' | 'waiting' | 'live' | 'troubled' | 'disconnected' | 'failed';

const words: Readonly<Record<Condition, string>> = {
  loading: 'Connecting',
  waiting: 'Waiting',
  live: 'Live',
  troubled: 'Trouble',
  disconnected: 'Disconnected',
  failed: 'Failed',
};

let current: Condition = 'loading';

/** Shows the condition and, where there is one, the sentence about it; read out only when the condition changes. */
export function show(condition: Condition, sentence = ''): void {
  const banner = byId('banner');
  setText(banner, sentence);
  setHidden(banner, sentence === '');
  setText(byId('connection-text'), words[condition]);
  if (condition === current) return;
  current = condition;
  document.documentElement.dataset.state = condition;
  setText(byId('announcer'), sentence === '' ? words[condition] : sentence);
}

/** The condition that a state of the server's puts the page in. */
export function showStateOf({ ready, snapshot, signals }: PageState, wasReady: boolean): void {
  const { scorers, totals } = snapshot;
  // The line of what is wrong says why: nothing is to be read twice.
  const isSaid = (signals?.signals.length ?? 0) > 0;
  const trouble = (sentence: string): void => show('troubled', isSaid ? '' : sentence);
  const silent = scorers.filter((scorer) => scorer.silentSeconds !== null);
  if (!ready.ready && (wasReady || totals.scored > 0)) {
    trouble(`Not ready: ${ready.reason}`);
  } else if (scorers.length > 0 && silent.length === scorers.length) {
    const which = scorers.length === 1 ? 'The scorer is' : `All ${count(scorers.length)} scorers are`;
    trouble(`${which} silent: nothing is being scored. Records wait in the topic and are scored once one is back.`);
  } else {
    show(totals.scored === 0 ? 'waiting' : 'live');
  }
}
