import { command, controlsState } from './command.js';
import type { ControlView, StoryPlace } from './control-state.js';
import { byId, fillList, make, setHidden, setText, setTitle } from './dom.js';
import { counted, type EventTimes } from './format.js';
import { say } from './said.js';
import type { PageState } from './snapshot.js';

const shownKey = 'kafka-ml-controls';

/** What is asked for from now on. */
type Played = Pick<ControlView, 'paused' | 'speed'>;

/**
 * The speaker's bar: how the demo is played. Each button asks for something by the control topic; what is shown is what was
 * asked for last, by whomever, and whether the producers have taken it up. Folded away until it is wanted.
 */
export class Player {
  #control: ControlView | null = null;
  /** Why nothing can be asked for; undefined where it can. */
  #off: string | undefined;

  constructor() {
    const presses: Readonly<Record<string, () => void>> = {
      play: () => this.playOrPause(),
      step: () => this.step(),
      slower: () => this.changeSpeed('slower'),
      faster: () => this.changeSpeed('faster'),
      jump: () => this.#openMoments(!isShown('story')),
      anew: () => this.beginAnew(),
      'anew-no': () => anewDialog().close(),
      'anew-yes': () => this.#beginAnew(),
      'controls-shown': () => this.showOrFold(),
    };
    for (const [id, press] of Object.entries(presses)) byId(id).addEventListener('click', press);
    const menu = byId('moments-menu');
    menu.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && menu.contains(relatedTarget))) this.#openMoments(false);
    });
    menu.addEventListener('keydown', ({ key }) => {
      if (key !== 'Escape' || !isShown('story')) return;
      byId('jump').focus();
      this.#openMoments(false);
    });
    this.#show(stored() === 'shown');
  }

  update({ control }: PageState, times: EventTimes): void {
    this.#control = control;
    const state = controlsState();
    this.#off = state.on ? (control?.missing ?? undefined) : state.why;
    setHidden(byId('played-by'), control === null);
    if (control === null) return;
    setHidden(byId('anew'), !control.canBeginAnew);
    for (const id of ['play', 'step', 'slower', 'faster', 'jump', 'anew']) {
      const button = byId(id);
      if (this.#off === undefined) button.removeAttribute('aria-disabled');
      else button.setAttribute('aria-disabled', 'true');
    }
    setText(byId('play-word'), control.paused ? 'Go on' : 'Pause');
    setText(byId('pace-speed'), factor(control.speed));
    setHidden(byId('moments-menu'), control.moments.length === 0);
    fillList(
      byId('story'),
      control.moments,
      () => this.#makeMoment(),
      (item, moment) => fillMoment(item, moment, times),
    );
    const played = this.#off ?? takenUp(control);
    setText(byId('played'), played);
    setTitle(byId('played'), played);
    const note = paceNote(control, times);
    setText(byId('pace-note'), note);
    setHidden(byId('pace-note'), note === '');
  }

  playOrPause(): void {
    this.#order({ paused: 'other' }, ({ paused }) => (paused ? 'Paused: nothing is produced' : 'Going on'));
  }

  step(): void {
    this.#order({ steps: 1 }, () => 'One record, and then it stands still');
  }

  changeSpeed(speed: 'faster' | 'slower'): void {
    this.#order({ speed }, (played) => `Played at ${factor(played.speed)}`);
  }

  /** Shows the moments of the story, with the first of them under the hand. */
  jump(): void {
    if (this.#control === null || this.#control.moments.length === 0) return;
    this.#show(true);
    this.#openMoments(true);
  }

  /** Asks whether it is meant: what has been is gone then, for all who look. */
  beginAnew(): void {
    if (this.#control?.canBeginAnew !== true) return;
    if (this.#off !== undefined) say(this.#off, 'refused');
    else anewDialog().showModal();
  }

  showOrFold(): void {
    const shown = !isShown('player');
    this.#show(shown);
    store(shown ? 'shown' : 'folded');
  }

  #beginAnew(): void {
    anewDialog().close();
    command('reset', {}).then(
      () => say('The demo begins anew'),
      (error: unknown) => say(error instanceof Error ? error.message : String(error), 'refused'),
    );
  }

  #show(shown: boolean): void {
    setHidden(byId('player'), !shown);
    byId('controls-shown').setAttribute('aria-expanded', String(shown));
  }

  #openMoments(open: boolean): void {
    setHidden(byId('story'), !open);
    byId('jump').setAttribute('aria-expanded', String(open));
    if (open) byId('story').querySelector('button')?.focus();
  }

  #makeMoment(): Element {
    const item = make('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.append(make('span', 'label'), make('span', 'aside'));
    button.addEventListener('click', () => {
      const moment = [...byId('story').children].indexOf(item);
      const label = this.#control?.moments[moment]?.label ?? '';
      byId('jump').focus();
      this.#openMoments(false);
      this.#order({ moment }, () => `Hurrying: ${label}`);
    });
    item.append(button);
    return item;
  }

  #order(body: object, done: (played: Played) => string): void {
    if (this.#control === null) return;
    if (this.#off !== undefined) say(this.#off, 'refused');
    else
      command('pace', body).then(
        // What commands/control-commands.ts answers.
        (played) => say(done(played as Played)),
        (error: unknown) => say(error instanceof Error ? error.message : String(error), 'refused'),
      );
  }
}

function fillMoment(item: Element, { label, at }: StoryPlace, times: EventTimes): void {
  const [name, when] = item.firstElementChild?.children ?? [];
  if (!(name && when)) return;
  setText(name, label);
  setText(when, at === null ? '' : times.clock(at));
}

/** Whether the producers have taken up what was asked for last. */
function takenUp({ producers, obeying }: ControlView): string {
  if (producers === 0) return 'No producer is heard of that could take it up';
  if (obeying < producers) return `Asked for; taken up by ${obeying} of ${counted(producers, 'producer')}`;
  return producers === 1 ? 'The producer plays as asked for' : `All ${producers} producers play as asked for`;
}

/** What is unusual about how the demo is played; nothing where it goes at its own pace. */
function paceNote({ paused, speed, hurryingTo }: ControlView, times: EventTimes): string {
  if (hurryingTo !== null) return `Hurrying to ${times.clock(hurryingTo)}`;
  if (paused) return 'Paused';
  return speed === 1 ? '' : factor(speed);
}

const fractions: Readonly<Record<number, string>> = { 0.25: '¼', 0.5: '½' };

const factor = (speed: number): string => `${fractions[speed] ?? Math.round(speed * 100) / 100} ×`;

/** It is one in index.html. */
const anewDialog = (): HTMLDialogElement => byId('anew-dialog') as HTMLDialogElement;

const isShown = (id: string): boolean => !byId(id).hasAttribute('hidden');

function stored(): string | null {
  try {
    return localStorage.getItem(shownKey);
  } catch {
    // Storage can be forbidden; then the bar is folded away.
    return null;
  }
}

function store(shown: string): void {
  try {
    localStorage.setItem(shownKey, shown);
  } catch {
    // As above: it is shown as long as the page is.
  }
}
