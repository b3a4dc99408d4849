import { allowAsking } from './ask.js';
import { AucChart } from './auc-chart.js';
import { BoardPanel } from './board-panel.js';
import { allowCommands } from './command.js';
import { show, showStateOf } from './condition.js';
import { Connection } from './connection.js';
import { byId } from './dom.js';
import { updateFigures, updateHeader } from './figures.js';
import { EventTimes } from './format.js';
import { Guide } from './guide.js';
import { updateModelPanel } from './model-panel.js';
import { MomentsStrip } from './moments-strip.js';
import { updateNav } from './nav.js';
import { addPageActions } from './page-actions.js';
import { Player } from './player.js';
import { PredictionTable } from './prediction-table.js';
import { ScoreChart } from './score-chart.js';
import { updateSide } from './side-panels.js';
import { markViews, SignalsStrip } from './signals-strip.js';
import type { PageState, PartName } from './snapshot.js';
import { Spotlight } from './spotlight.js';
import { LatencyChart, RateChart } from './time-charts.js';
import { Views } from './views.js';

const charts = { rate: new RateChart(), latency: new LatencyChart(), score: new ScoreChart(), auc: new AucChart() };
const board = new BoardPanel();
const moments = new MomentsStrip();
const latest = new PredictionTable('latest');
const settled = new PredictionTable('settled');
const spotlight = new Spotlight();
const signals = new SignalsStrip();
const guide = new Guide();
const views = new Views(() => {
  connection.follow(views.part);
  schedule();
});
const player = new Player();

let newest: PageState | undefined;
let served: string | undefined;
let wasReady = false;
let held = false;
let scheduled = false;
let broken = false;
let times = new EventTimes('UTC');

function draw(): void {
  scheduled = false;
  if (newest === undefined) return;
  const { snapshot, ready } = newest;
  const { about } = snapshot;
  if (times.timeZone !== about.eventTimeZone) times = new EventTimes(about.eventTimeZone);
  showStateOf(newest, wasReady);
  wasReady ||= ready.ready;
  updateNav(newest.name, newest.siblings);
  views.update(newest);
  connection.follow(views.part);
  updateHeader(newest, times, views.titleOf(about.title));
  player.update(newest, times);
  moments.update(snapshot);
  signals.update(newest.signals);
  markViews(newest.signals);
  if (views.current === 'live') drawLive(newest);
  else views.draw(newest);
  spotlight.update(snapshot.moments);
  guide.update(newest);
}

/** What is not seen is not drawn; it has the newest figures as soon as one looks at it again. */
function drawLive(state: PageState): void {
  const { snapshot, ready } = state;
  const { about } = snapshot;
  updateFigures(state);
  board.update(snapshot, state.signals?.staleSince);
  charts.rate.update(snapshot);
  charts.latency.update(snapshot);
  charts.score.update(snapshot);
  charts.auc.update(snapshot, times);
  const starting = ready.ready || ready.reason === '' ? '' : `: ${ready.reason}`;
  latest.update(about, snapshot.latest, `Waiting for the first prediction${starting}`);
  settled.update(about, snapshot.settled, 'Outcomes arrive later in event time, each beside its prediction');
  updateSide(state);
  updateModelPanel(snapshot);
}

/** Draws with the next frame; a page in the background draws nothing, and the newest state once it is looked at. */
function schedule(): void {
  if (broken || held || scheduled || document.hidden) return;
  scheduled = true;
  requestAnimationFrame(draw);
}

// What scrolls must be reachable by keyboard too.
for (const scrolling of document.querySelectorAll<HTMLElement>('.scroll, #board')) scrolling.tabIndex = 0;

document.addEventListener('showplace', (event) => {
  if (event instanceof CustomEvent && typeof event.detail === 'string') spotlight.light(event.detail);
});

// To what is skipped to, without an address of its own: the address is the view's.
for (const skip of document.querySelectorAll<HTMLAnchorElement>('.skip')) {
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    byId(skip.hash.slice(1)).focus();
  });
}

addPageActions({
  player,
  guide,
  state: () => newest,
  held: (isHeld) => {
    held = isHeld;
    schedule();
  },
});
document.addEventListener('visibilitychange', schedule);
window.addEventListener('error', (event) => {
  // Without an error of a script it is a remark of the browser's, as that it measures a size again with the next frame.
  if (event.error === null || event.error === undefined) return;
  broken = true;
  show('failed', `This page failed: ${event.message}. Reload it to try again.`);
});

const connection = new Connection<PageState, PartName>(
  {
    state(state) {
      const { build, run } = state;
      served ??= `${build} ${run}`;
      // Another build of the page is being served, which this one may no longer understand; or the demo has begun anew.
      if (served !== `${build} ${run}`) location.reload();
      newest = state;
      allowAsking(state.askToken);
      allowCommands(state.controls);
      schedule();
    },
    part: (part, figures) => views.heard(part, figures),
    partFailed: (part, message) => views.failed(part, message),
    failed(message) {
      show('failed', message);
    },
    lost() {
      if (broken) return;
      show(
        'disconnected',
        'The connection to the demo is lost. The figures are the last ones seen; trying to connect again…',
      );
    },
  },
  views.part,
);
