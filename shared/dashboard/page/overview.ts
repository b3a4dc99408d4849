import { show } from './condition.js';
import { Connection } from './connection.js';
import { byId, fillList, make, setClass, setHidden, setText } from './dom.js';
import { count, counted, decimals, rate } from './format.js';
import { fillMoment, makeMoment, nothingYet } from './moment.js';
import { severitySigns } from './signs.js';
import type { DemoSummary, OverviewState } from './snapshot.js';

let build: string | undefined;

new Connection<OverviewState>({
  state(state) {
    build ??= state.build;
    // Another build of the page is being served: this one may no longer understand it.
    if (build !== state.build) location.reload();
    const missing = state.demos.filter(({ ready, scored }) => !ready.ready && scored > 0);
    const [first] = missing;
    if (first === undefined) show(state.demos.some(({ scored }) => scored > 0) ? 'live' : 'waiting');
    else show('troubled', `Not ready: ${missing.map(({ title, ready }) => `${title}, ${ready.reason}`).join('; ')}`);
    fillList(byId('demos'), state.demos, makeCard, fillCard);
  },
  failed(message) {
    show('failed', message);
  },
  lost() {
    show(
      'disconnected',
      'The connection to the demos is lost. The figures are the last ones seen; trying to connect again…',
    );
  },
});

const names = ['Scored in total', 'Per second', 'Dead letters', 'Running AUC'];

function makeCard(): Element {
  const card = make('li', 'panel demo');
  const title = make('h2');
  title.append(make('a'));
  const figures = make('dl');
  for (const name of names) {
    const figure = make('div');
    figure.append(make('dt', '', name), make('dd', 'value'), make('dd', 'note'));
    figures.append(figure);
  }
  const wrong = make('p', 'wrong');
  const sign = make('span', 'sign');
  sign.setAttribute('aria-hidden', 'true');
  wrong.append(sign, make('span', 'said'));
  card.append(title, make('p', 'sentence'), figures, wrong, make('p', 'empty', nothingYet), make('ul', 'told'));
  return card;
}

function fillCard(card: Element, demo: DemoSummary): void {
  const [title, sentence, figures, wrong, empty, moments] = card.children;
  const [link] = title?.children ?? [];
  if (!(sentence && figures && wrong instanceof HTMLElement && empty instanceof HTMLElement && moments && link)) return;
  const href = `${demo.name}/`;
  if (link.getAttribute('href') !== href) link.setAttribute('href', href);
  setText(link, demo.title);
  setText(sentence, demo.subtitle);
  const values = [
    [count(demo.scored), demo.ready.ready ? 'since the start' : demo.ready.reason],
    [rate(demo.scoredPerSecond), 'last 5 s'],
    [count(demo.deadLettered), 'since the start'],
    [decimals(demo.auc, 3), demo.aucMissing ?? `from ${counted(demo.outcomes, 'outcome')}`],
  ];
  values.forEach(([value = '', note = ''], i) => {
    const [, shown, said] = figures.children[i]?.children ?? [];
    if (shown) setText(shown, value);
    if (said) setText(said, note);
  });
  const { signal } = demo;
  const [sign, said] = wrong.children;
  setHidden(wrong, signal === null);
  if (signal !== null && sign && said) {
    setClass(wrong, `wrong is-${signal.severity}`);
    const { shape, word } = severitySigns[signal.severity];
    setText(sign, shape);
    setText(said, `${word}: ${signal.sentence}`);
  }
  setHidden(empty, demo.moments.length > 0);
  fillList(moments, demo.moments, makeMoment, fillMoment);
}
