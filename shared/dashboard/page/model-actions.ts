import { command, controlsState } from './command.js';
import { fillList, make, setClass, setText, setTitle } from './dom.js';
import type { ModelRole, ModelVersion } from './model-state.js';

/** Something that can be done with a version. */
interface Action {
  /** Of the version and of what is done: what was asked for is found again in another drawing. */
  readonly key: string;
  readonly label: string;
  /** What it comes to, in a sentence. */
  readonly sentence: string;
  readonly command: 'model-publish' | 'model-rollback';
  readonly body: object;
}

/** What commands/model-commands.ts answers. */
interface Changed {
  readonly sentences: readonly string[];
  readonly refused: boolean;
}

/**
 * What can be done with each version: make it champion, have it vote as challenger, go back to what was before. Each is asked
 * for twice; then what was done is said, and what each scorer made of it.
 */
export class ModelActions {
  /** What became of the last one. */
  readonly said = make('div', 'model-said');
  #asked: string | undefined;
  #busy = false;
  readonly #filled = new Map<Element, { readonly version: ModelVersion; readonly shape: string }>();

  constructor() {
    this.said.setAttribute('role', 'status');
  }

  /** Fills the place of a version's buttons; only where something is otherwise, so that who is about to press one can. */
  fill(place: Element, version: ModelVersion): void {
    const actions = actionsOf(version);
    const controls = controlsState();
    const asked = actions.find(({ key }) => key === this.#asked);
    const shape = JSON.stringify([actions.map(({ key }) => key), asked?.key, this.#busy, controls]);
    if (this.#filled.get(place)?.shape === shape) return;
    this.#filled.set(place, { version, shape });
    const why = controls.on ? '' : controls.why;
    place.replaceChildren(...(asked === undefined ? this.#buttons(actions, why) : this.#question(asked)));
  }

  /** Keeps of the places only those within `list`: the others are no longer drawn. */
  keepWithin(list: Element): void {
    for (const place of this.#filled.keys()) if (!list.contains(place)) this.#filled.delete(place);
  }

  #buttons(actions: readonly Action[], why: string): HTMLElement[] {
    return actions.map((action) => {
      const button = makeButton(action.label, () => this.#ask(action.key));
      button.disabled = why !== '' || this.#busy;
      setTitle(button, why);
      return button;
    });
  }

  #question(action: Action): HTMLElement[] {
    const sure = makeButton(action.label, () => void this.#carryOut(action));
    sure.className = 'sure';
    return [make('p', '', action.sentence), sure, makeButton('Cancel', () => this.#ask(undefined))];
  }

  /** What is asked replaces the button that was pressed: whoever uses the keyboard is taken along. */
  #ask(key: string | undefined): void {
    const before = this.#asked;
    this.#asked = key;
    for (const [place, { version }] of this.#filled) {
      const concerns = actionsOf(version).some((action) => action.key === (key ?? before));
      this.fill(place, version);
      if (concerns) place.querySelector('button')?.focus();
    }
  }

  async #carryOut(action: Action): Promise<void> {
    this.#busy = true;
    this.#ask(undefined);
    this.#say(['Written to the model topic, and then each scorer is heard…'], 'is-busy');
    try {
      const { sentences, refused } = (await command(action.command, action.body)) as Changed;
      this.#say(sentences, refused ? 'is-refused' : '');
    } catch (error) {
      this.#say([error instanceof Error ? error.message : String(error)], 'is-refused');
    }
    this.#busy = false;
    for (const [place, { version }] of this.#filled) this.fill(place, version);
  }

  #say(sentences: readonly string[], state: string): void {
    setClass(this.said, `model-said ${state}`.trim());
    fillList(this.said, sentences, () => make('p'), setText);
  }
}

function makeButton(label: string, pressed: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.addEventListener('click', pressed);
  return button;
}

function actionsOf(version: ModelVersion): Action[] {
  const { name, version: number, roles, publishable, publishedAt } = version;
  const model = `${name} ${number}`;
  const publish = (role: ModelRole, label: string, sentence: string): Action => ({
    key: `publish ${role} ${model}`,
    label,
    sentence,
    command: 'model-publish',
    body: { name, version: number, role },
  });
  const rollback = (role: ModelRole, label: string, sentence: string): Action => ({
    key: `rollback ${role} ${model}`,
    label,
    sentence,
    command: 'model-rollback',
    body: { role },
  });
  const actions: Action[] = [];
  const isPublished = publishedAt !== null;
  if (roles.includes('champion')) {
    if (isPublished) {
      actions.push(rollback('champion', 'Roll back', `The champion goes back to what was before ${model}.`));
    }
    return actions;
  }
  if (!publishable) return actions;
  actions.push(publish('champion', 'Make champion', `The scores of ${model} become the predictions of the demo.`));
  if (!roles.includes('challenger')) {
    const sentence = `${model} scores beside the champion, for comparison alone.`;
    actions.push(publish('challenger', 'Shadow as challenger', sentence));
  } else if (isPublished) {
    actions.push(rollback('challenger', 'End the challenge', `The challenger goes back to what was before ${model}.`));
  }
  return actions;
}
