import { ask } from '/page/ask.js';
import { make } from '/page/dom.js';
import { nameInWords, percent, reasonsInWords } from './words.js';

/** What comes back, as far as the form shows it. */
interface Foretold extends Verdict {
  readonly id: string;
  readonly name: string;
  readonly challenger: Verdict | null;
}

interface Verdict {
  readonly score: number;
  readonly decision: string | null;
  readonly modelName: string;
  readonly reasons: readonly { readonly name: string; readonly contribution: number }[];
}

/** Score your own passenger: what is filled in goes by the topic, as everybody does who comes aboard. */
export function makeForm(): HTMLElement {
  const section = make('section', 'own');
  section.setAttribute('aria-label', 'Score your own passenger');
  const form = document.createElement('form');
  form.noValidate = true;
  const fields = make('div', 'fields');
  fields.append(
    choice('title', 'Title', ['Miss', 'Mr', 'Mrs', 'Master', 'Dr', 'Rev']),
    entry('name', 'Name', 'Ada Byron', 60),
    choice('sex', 'Sex', ['female', 'male', 'unknown']),
    choice('passengerClass', 'Class', ['3rd', '2nd', '1st']),
    entry('age', 'Age, if known', '22', 5, 'decimal'),
    entry('siblingsSpouses', 'Siblings, spouse', '0', 2, 'numeric'),
    entry('parentsChildren', 'Parents, children', '0', 2, 'numeric'),
  );
  const button = make('button', '', 'Ask both models');
  button.setAttribute('type', 'submit');
  fields.append(button);
  form.append(make('h3', '', 'Score your own passenger'), fields);
  const reply = make('div', 'reply');
  reply.setAttribute('role', 'status');
  section.append(form, reply);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    // Its failures are sentences in the reply.
    void answer(new FormData(form), reply);
  });
  return section;
}

async function answer(filledIn: FormData, reply: HTMLElement): Promise<void> {
  const field = (name: string): string => {
    const value = filledIn.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  // What is no number is sent as it is: the demo says what is wrong with it.
  const number = (name: string): number | string | null => {
    const text = field(name);
    return text === '' ? null : Number.isNaN(Number(text)) ? text : Number(text);
  };
  reply.setAttribute('aria-busy', 'true');
  const answered = await ask<Foretold>({
    title: field('title'),
    name: field('name'),
    sex: field('sex'),
    age: number('age'),
    passengerClass: field('passengerClass'),
    siblingsSpouses: number('siblingsSpouses'),
    parentsChildren: number('parentsChildren'),
  });
  reply.setAttribute('aria-busy', 'false');
  if ('problem' in answered) reply.replaceChildren(make('p', 'problem', answered.problem));
  else reply.replaceChildren(...inWords(answered.prediction, answered.tookMs));
}

function inWords(prediction: Foretold, tookMs: number): HTMLElement[] {
  const { id, name, challenger, reasons } = prediction;
  const way = make(
    'p',
    'note',
    `${tookMs} ms there and back, by the topics titanic.passengers and titanic.predictions, as `,
  );
  way.append(
    make('code', '', id),
    '. To see it there: ',
    make('code', '', 'npm run tail -- titanic.passengers --from -5'),
  );
  return [
    make('p', 'name', nameInWords(name)),
    verdict('Champion', prediction),
    challenger === null ? make('p', 'word', 'The challenger could not say') : verdict('Challenger', challenger),
    make('p', 'note', `Why, says the champion: ${reasonsInWords(reasons)}`),
    way,
  ];
}

function verdict(role: string, { score, decision, modelName }: Verdict): HTMLElement {
  const saved = decision === 'survived';
  const line = make('p', 'word');
  const badge = make('span', 'badge', `${saved ? 'saved' : 'lost'} ${percent(score)}`);
  badge.dataset.tone = saved ? 'good' : 'news';
  line.append(make('span', 'role', role), ' ', badge, make('span', 'note', modelName));
  return line;
}

function entry(name: string, label: string, value: string, maxLength: number, inputMode = 'text'): HTMLElement {
  const input = document.createElement('input');
  Object.assign(input, { name, value, maxLength, inputMode, autocomplete: 'off' });
  return labelled(label, input);
}

function choice(name: string, label: string, options: readonly string[]): HTMLElement {
  const select = document.createElement('select');
  select.name = name;
  for (const option of options) select.append(make('option', '', option));
  return labelled(label, select);
}

function labelled(text: string, control: HTMLElement): HTMLElement {
  const label = make('label');
  label.append(make('span', '', text), control);
  return label;
}
