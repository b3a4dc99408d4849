import { command, controlsState } from './command.js';
import { byId, setHidden } from './dom.js';
import type { Guide } from './guide.js';
import { type KeyAction, Keys } from './keys.js';
import type { Player } from './player.js';
import { say } from './said.js';
import type { PageState } from './snapshot.js';
import { type ViewName, viewNames } from './views.js';

/** As many as there are digits for. */
const mostFaults = 7;

interface Actions {
  readonly player: Player;
  readonly guide: Guide;
  /** The newest state of the page. */
  readonly state: () => PageState | undefined;
  /** Told when the view is held, or let go. */
  readonly held: (held: boolean) => void;
}

/** What the page does by buttons and keys, beside playing the demo: hold the view, full screen, faults, views. */
export function addPageActions({ player, guide, state, held }: Actions): void {
  const hold = byId('hold');
  hold.addEventListener('click', () => {
    const holds = hold.getAttribute('aria-pressed') !== 'true';
    hold.setAttribute('aria-pressed', String(holds));
    setHidden(byId('view-note'), !holds);
    held(holds);
    say(holds ? 'The view is held; the demo goes on' : 'The view follows again');
  });
  const guided = byId('guide');
  guided.addEventListener('click', () => guided.setAttribute('aria-pressed', String(guide.toggle())));
  const fullScreen = byId('full-screen');
  fullScreen.addEventListener('click', () => void switchFullScreen());
  document.addEventListener('fullscreenchange', () => {
    fullScreen.setAttribute('aria-pressed', String(document.fullscreenElement !== null));
  });
  const keys = new Keys(
    [
      { key: 'Space', title: 'Pause the demo, or let it go on', run: () => player.playOrPause() },
      { key: '.', title: 'One record, and then stand still', repeats: true, run: () => player.step() },
      { key: '+', title: 'Faster', repeats: true, run: () => player.changeSpeed('faster') },
      { key: '-', title: 'Slower', repeats: true, run: () => player.changeSpeed('slower') },
      { key: 'J', title: 'Jump to a moment of the story', run: () => player.jump() },
      { key: 'Shift+R', title: 'Begin anew, once that is confirmed', run: () => player.beginAnew() },
      { key: 'H', title: 'Hold the view: the demo goes on, what is shown stands still', run: () => hold.click() },
      { key: 'G', title: 'The guide: what has just happened, and where', run: () => guided.click() },
      { key: 'F', title: 'Full screen', run: () => fullScreen.click() },
      { key: 'C', title: 'Show the controls of the demo, or fold them away', run: () => player.showOrFold() },
      ...viewNames.map((name, i) => goTo(name, i + 1)),
      ...Array.from({ length: mostFaults }, (_, i) => switchFault(i, state)),
    ],
    [
      { key: `1 … ${viewNames.length}`, title: 'The views, as they stand in their row' },
      { key: `Shift+1 … ${mostFaults}`, title: 'A fault on or off, as they stand in the view Faults' },
    ],
  );
  byId('keys').addEventListener('click', () => keys.list());
}

const goTo = (name: ViewName, digit: number): KeyAction => ({
  key: String(digit),
  run: () => {
    location.hash = name;
  },
});

const switchFault = (index: number, state: () => PageState | undefined): KeyAction => ({
  key: `Shift+${index + 1}`,
  run: () => {
    const fault = state()?.control?.faults[index];
    if (fault === undefined) return;
    const controls = controlsState();
    const why = controls.on ? fault.unavailable : controls.why;
    if (why !== null) say(why, 'refused');
    else void askForFault(fault.name, fault.title, 'other');
  },
});

/** Asks for a fault, for its end, or for the other of the two, and says what came of that. */
export async function askForFault(name: string, title: string, wanted: boolean | 'other'): Promise<void> {
  try {
    // What commands/control-commands.ts answers.
    const { on } = (await command('fault', { name, on: wanted })) as { on: boolean };
    say(on ? `${title}: asked for` : `${title}: switched off`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), 'refused');
  }
}

async function switchFullScreen(): Promise<void> {
  try {
    if (document.fullscreenElement === null) await document.documentElement.requestFullscreen();
    else await document.exitFullscreen();
  } catch {
    say('The browser does not allow full screen here', 'refused');
  }
}
