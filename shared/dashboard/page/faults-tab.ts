import { command, controlsState } from './command.js';
import { fillList, make, setCodeText, setHidden, setText } from './dom.js';
import type { FaultsState, FaultView } from './faults-state.js';
import { counted } from './format.js';
import { askForFault } from './page-actions.js';
import { linkTo } from './places.js';
import { say } from './said.js';

/** After so many seconds whoever has not taken something up will hardly do so. */
const takenUpWithinSeconds = 10;

/** The view of the faults: each with its switch, what it does, where that is seen, and what has become of it. */
export function mount(root: HTMLElement): { draw(state: FaultsState): void } {
  const intro = make('header', 'faults-intro');
  const allOff = document.createElement('button');
  allOff.type = 'button';
  allOff.textContent = 'Switch all off';
  const words = make('div');
  words.append(
    make('h2', '', 'What can go wrong, on a switch'),
    make(
      'p',
      'note',
      'Each is done to the running demo, and seen by the panels and alerts that would see it on any other day.',
    ),
  );
  const patience = make('p', 'note');
  words.append(patience);
  intro.append(words, allOff);
  const why = make('p', 'faults-why');
  const list = make('ul', 'faults-list');
  root.append(intro, why, list);
  let newest: FaultsState | undefined;
  allOff.addEventListener('click', () => void switchAllOff(newest?.faults ?? []));
  return {
    draw(state) {
      newest = state;
      const controls = controlsState();
      const off = controls.on ? state.missing : controls.why;
      setText(why, off ?? '');
      setHidden(why, off === null);
      setText(patience, state.patience ?? '');
      setHidden(patience, state.patience === null);
      const anyOn = state.faults.some(({ on }) => on);
      allOff.disabled = off !== null || !anyOn;
      fillList(
        list,
        state.faults,
        () => makeFault(list, () => newest),
        (item, fault) => fillFault(item, fault, off),
      );
    },
  };
}

function makeFault(list: HTMLElement, newest: () => FaultsState | undefined): Element {
  const item = make('li', 'panel fault-row');
  const index = list.childElementCount;
  const title = make('h3');
  title.id = `fault-title-${index}`;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'switch';
  button.setAttribute('role', 'switch');
  button.setAttribute('aria-labelledby', title.id);
  button.addEventListener('click', () => {
    const fault = newest()?.faults[index];
    if (fault === undefined) return;
    const reason = button.dataset.why ?? '';
    if (reason !== '') say(reason, 'refused');
    else void askForFault(fault.name, fault.title, !fault.on);
  });
  const heading = make('div', 'fault-head');
  const key = make('kbd', '', `Shift ${index + 1}`);
  key.setAttribute('aria-hidden', 'true');
  button.setAttribute('aria-keyshortcuts', `Shift+${index + 1}`);
  heading.append(title, key);
  const head = make('div', 'fault-switch');
  const state = make('p', 'fault-state');
  // What is spoken is what has become of it; the seconds that are left are to be looked at, and would be spoken each.
  const said = make('span');
  said.setAttribute('role', 'status');
  state.append(said, ' ', make('span', 'fault-ends'));
  head.append(button, state);
  const left = make('div', 'fault-left');
  left.append(heading, head);
  const seen = make('dl', 'fault-seen');
  seen.append(make('dt', '', 'Look at'), make('dd'), make('dt', '', 'Alert'), make('dd'));
  const after = make('dl', 'fault-after');
  after.append(make('dt', '', 'Recovers'), make('dd'), make('dt', '', 'Stays exact'), make('dd'));
  item.append(left, make('p', 'fault-sentence'), seen, after);
  return item;
}

function fillFault(item: Element, fault: FaultView, controlsOff: string | null): void {
  const [left, sentence, seen, after] = item.children;
  const title = left?.querySelector('h3');
  const button = left?.querySelector<HTMLButtonElement>('.switch');
  const state = left?.querySelector<HTMLElement>('.fault-state');
  const [, place, , alerts] = seen?.children ?? [];
  const [, recovers, , exact] = after?.children ?? [];
  if (!(title && button && state && sentence && place && alerts && recovers && exact)) return;
  setText(title, fault.title);
  setText(sentence, fault.sentence);
  setCodeText(recovers, fault.recovers);
  setText(exact, fault.exactness);
  if (place.childElementCount === 0) place.append(linkTo(fault.panel));
  fillAlerts(alerts, fault);
  const why = controlsOff ?? fault.unavailable ?? '';
  if (button.dataset.why !== why) {
    button.dataset.why = why;
    button.setAttribute('aria-disabled', String(why !== ''));
  }
  const checked = String(fault.on);
  if (button.getAttribute('aria-checked') !== checked) button.setAttribute('aria-checked', checked);
  const [said, ends] = state.children;
  if (!(said && ends)) return;
  const { kind, words } = stateOf(fault);
  if (state.dataset.kind !== kind) {
    state.dataset.kind = kind;
    if (item instanceof HTMLElement) item.dataset.kind = kind;
  }
  // Why it cannot be switched is the state of a fault that only this place cannot have.
  const isUnavailable = controlsOff === null && fault.unavailable !== null;
  setText(said, isUnavailable ? fault.unavailable : words);
  setText(ends, isUnavailable || !fault.on || fault.endsIn === null ? '' : `· ends in ${duration(fault.endsIn)}`);
}

function fillAlerts(alerts: Element, { alert, unless, also }: FaultView): void {
  if (alerts.childElementCount > 0) return;
  alerts.append(make('span', 'alert-name', alert));
  if (unless !== null) {
    const where = make('span', 'note');
    setCodeText(where, unless);
    alerts.append(where);
  }
  if (also.length > 0) alerts.append(make('span', 'note', `Perhaps also ${also.join(', ')}.`));
}

type Kind = 'off' | 'asked' | 'on' | 'ignored' | 'ending';

/** What has become of a fault: by a word, and by what the row looks like. */
function stateOf({ on, by, askedFor, part, parts, taken }: FaultView): { kind: Kind; words: string } {
  const waits = (askedFor ?? 0) < takenUpWithinSeconds;
  if (!on) {
    const isEnding = askedFor !== null && waits && taken < parts;
    return isEnding ? { kind: 'ending', words: 'Being switched off' } : { kind: 'off', words: 'Off' };
  }
  if (parts === 0) return { kind: 'ignored', words: `Asked for; no ${part} is heard of` };
  if (taken === 0) {
    return waits
      ? { kind: 'asked', words: 'Asked for' }
      : { kind: 'ignored', words: 'Asked for; nobody has taken it up' };
  }
  const where =
    parts === 1
      ? ''
      : taken === parts
        ? `, at all ${counted(parts, part)}`
        : `, at ${taken} of ${counted(parts, part)}`;
  const whose = by === 'another demo' ? ', asked for by another demo of this run' : '';
  return { kind: 'on', words: `In effect${where}${whose}` };
}

/** '40 s', '9 min 40 s' */
function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}

async function switchAllOff(faults: readonly FaultView[]): Promise<void> {
  try {
    for (const { name, on } of faults) if (on) await command('fault', { name, on: false });
    say('All faults are switched off');
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), 'refused');
  }
}
