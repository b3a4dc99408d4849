import { byId, make, setHidden, setText, setTitle } from './dom.js';
import { count, counted, decimals, type EventTimes, milliseconds, none, rate, speed } from './format.js';
import type { QualityLimit } from './signal-state.js';
import type { PageState, Snapshot } from './snapshot.js';

/** The header: what runs, when in event time, with which model, in which mode. `windowTitle` is of the browser's window. */
export function updateHeader({ snapshot, facts }: PageState, times: EventTimes, windowTitle: string): void {
  const { about, event, model } = snapshot;
  setText(byId('title'), about.title);
  setText(byId('subtitle'), about.subtitle);
  setTitle(byId('subtitle'), about.subtitle);
  if (document.title !== windowTitle) document.title = windowTitle;
  setText(byId('clock'), event.time === null ? none : times.clock(event.time));
  setText(byId('zone'), event.time === null ? '' : times.zone(event.time));
  setText(byId('speed'), event.speed === null ? '' : speed(event.speed));
  setText(byId('model-name'), model?.name ?? none);
  setText(byId('model-version'), model === null ? '' : `version ${model.version}`);
  byId('model-name').title = model?.sha256 ? `sha256 ${model.sha256}` : '';
  updateMode(fact(facts, 'mode'), fact(facts, 'guarantee') ?? snapshot.scorers[0]?.guarantee);
}

/** A fact by its name, however that is written. */
const fact = (facts: PageState['facts'], wanted: string): string | undefined =>
  Object.entries(facts).find(([name]) => name.toLowerCase() === wanted)?.[1];

/** Mode and guarantee share one place; where only the guarantee is told it has the place to itself. */
function updateMode(mode: string | undefined, guarantee: string | undefined): void {
  setText(byId('mode-name'), mode === undefined && guarantee !== undefined ? 'Guarantee' : 'Mode');
  setText(byId('mode'), mode ?? guarantee ?? none);
  setText(byId('guarantee'), mode === undefined ? '' : (guarantee ?? ''));
}

/** The five big figures, each with the window that it is of, or with why there is none. */
export function updateFigures({ snapshot, signals }: Pick<PageState, 'snapshot' | 'signals'>): void {
  const { totals, rate: now, latency, quality, deadLetters } = snapshot;
  setText(byId('rate'), rate(now.scored));
  setText(byId('rate-note'), `last ${now.windowSeconds} s${now.peak > 0 ? ` · peak ${count(now.peak)}` : ''}`);
  setText(byId('scored'), count(totals.scored));
  updateScored(snapshot);
  setText(byId('dead'), count(totals.deadLettered));
  setText(byId('dead-note'), deadLetters[0] === undefined ? 'since the start' : `latest: ${deadLetters[0].reason}`);
  setTitle(byId('dead-note'), deadLetters[0]?.reason ?? '');
  updateLatency(latency);
  setText(byId('auc'), decimals(quality.auc, 3));
  updateQualityNote(snapshot, signals?.quality ?? null);
}

/** Judged is what the version that serves makes of late, which may be another figure than that of all. */
function updateQualityNote({ quality: { missing, n } }: Snapshot, limit: QualityLimit | null): void {
  const note = byId('auc-note');
  const from = missing ?? `from ${counted(n, 'outcome')}`;
  if (limit === null || limit.auc === null) {
    setText(note, from);
    setTitle(note, '');
    return;
  }
  const [late, bad] = [decimals(limit.auc, 3), decimals(limit.badBelow, 3)];
  setText(note, `of late ${late}, bad below ${bad}`);
  setTitle(
    note,
    `The figure above is of all outcomes of the first time through the data: ${from}. Judged is what ${limit.model} made of its last ones: ${late}, which is bad below ${bad}.`,
  );
}

/** What is read and not scored is no loss where the demo's rule leaves it out. A prediction may be here before its input is. */
function updateScored({ about: { leavesOut }, totals: { input, scored, leftOut } }: Snapshot): void {
  const note = byId('scored-note');
  const left = leavesOut === null || leftOut === 0 ? '' : leftOut === null ? '' : `, ${count(leftOut)} left out`;
  setText(note, input === 0 ? 'since the start' : `of ${count(Math.max(input, scored))} read${left}`);
  setTitle(
    note,
    leavesOut === null ? '' : `Not each record is scored by the demo's rule, and none is lost by it: ${leavesOut}.`,
  );
}

function updateLatency({ p50, p99, windowSeconds, missing }: Snapshot['latency']): void {
  const value = byId('latency');
  setText(byId('latency-note'), missing ?? `last ${windowSeconds} s`);
  if (value.childElementCount === 0) {
    value.replaceChildren(make('span'), make('span', 'unit', 'ms'), make('span', 'second'), make('span', 'unit', 'ms'));
  }
  const [median, unit, high, secondUnit] = value.children;
  if (!(median && high && unit instanceof HTMLElement && secondUnit instanceof HTMLElement)) return;
  setText(median, milliseconds(p50));
  setText(high, p99 === null ? '' : milliseconds(p99));
  setHidden(unit, p50 === null);
  setHidden(secondUnit, p99 === null);
}
