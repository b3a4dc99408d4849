import { fillList, make, setClass, setHidden, setText } from './dom.js';
import { makePanel } from './panel.js';
import type { ViewTab } from './part-view.js';
import { PipelineDetails } from './pipeline-details.js';
import { PipelinePicture } from './pipeline-picture.js';
import { PipelineScorers } from './pipeline-scorers.js';
import type { PipelineDrawing, PipelineNews, PipelineState } from './pipeline-state.js';
import { PipelineTable } from './pipeline-table.js';
import { PipelineText } from './pipeline-text.js';
import { severitySigns } from './signs.js';

/** The view of the pipeline: how it flows in a sentence, the picture, and below it who does the work and what is in a box. */
export function mount(root: HTMLElement): ViewTab<PipelineState> {
  const news = make('ul', 'pipeline-news');
  news.setAttribute('aria-label', 'How it flows');
  const announcer = make('p', 'unseen');
  announcer.setAttribute('role', 'status');
  const blank = make('div', 'blank');
  const blankSaid = make('p');
  blank.append(make('h2', '', 'No pipeline to be drawn yet'), blankSaid);
  const { root: panel, window } = makePanel('pipeline/picture', 'Pipeline', 'figure');
  panel.classList.add('pipeline-panel');
  const scroll = make('div', 'pipeline-scroll');
  const scorers = new PipelineScorers();
  const details = new PipelineDetails();
  const table = new PipelineTable();
  const text = new PipelineText();
  let chosen: string | undefined;
  let newest: (PipelineState & { readonly drawing: PipelineDrawing }) | undefined;
  const redraw = (): void => {
    if (newest === undefined) return;
    picture.update(newest, chosen);
    details.update(newest, chosen);
  };
  const picture = new PipelinePicture((box) => {
    chosen = box;
    redraw();
  });
  scroll.append(picture.svg);
  window.before(makeLegend());
  panel.append(scroll);
  const stage = make('div', 'pipeline-stage');
  stage.append(news, announcer, panel);
  const below = make('div', 'pipeline-below');
  below.append(scorers.root, details.root);
  root.append(blank, stage, below, table.root, text.root);
  return {
    draw(state) {
      const { drawing } = state;
      for (const element of [stage, below, table.root]) setHidden(element, drawing === null);
      setHidden(blank, drawing !== null);
      setText(blankSaid, state.missing ?? '');
      text.update(state.text);
      if (drawing === null) return;
      newest = { ...state, drawing };
      fillList(news, state.news, makeNews, fillNews);
      // Read out when it turns, not with every figure that changes.
      setText(announcer, announced(state.news));
      setText(
        window,
        `records a second, everywhere over the same ${state.windowSeconds} s as in Live; lag, which are the records that wait, of now`,
      );
      redraw();
      scorers.update(state.scorers);
      table.update(newest);
    },
  };
}

function makeNews(): HTMLElement {
  const item = make('li');
  item.append(make('span', 'sign'), make('span', 'text'));
  return item;
}

function fillNews(item: Element, { tone, sentence }: PipelineNews): void {
  const [sign, text] = item.children;
  if (sign === undefined || text === undefined) return;
  setClass(item, tone);
  setText(sign, severitySigns[tone].shape);
  setText(text, sentence);
}

function announced(news: readonly PipelineNews[]): string {
  const [worst] = news;
  if (worst === undefined) return '';
  return `${severitySigns[worst.tone].word}: ${worst.sentence.replaceAll(/[:.] .*$/g, '')}`;
}

/** What the picture is made of, with a sample of each; printed with it. */
function makeLegend(): HTMLElement {
  const legend = make('ul', 'legend pipeline-legend');
  const entries = [
    ['line', 'records, the thicker the more a second'],
    ['looks', 'a store that is looked up or filled'],
    ['letters', 'dead letters'],
    ['bars', 'lag: records that wait, by partition'],
    ['stuck', 'stuck or slow there'],
  ] as const;
  for (const [swatch, label] of entries) {
    const item = make('li');
    item.append(make('span', `pipeline-swatch ${swatch}`), make('span', '', label));
    legend.append(item);
  }
  return legend;
}
