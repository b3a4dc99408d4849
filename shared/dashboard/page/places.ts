import { type ViewName, viewNames, viewTitles } from './views.js';

/** What the panels that something can be seen at are called, by their `data-place`. */
const panels: Readonly<Record<string, string>> = {
  'dead-letters': 'Dead letters',
  lateness: 'Lateness',
  drift: 'Drift of the inputs',
  latency: 'Latency',
  scorers: 'Scorers',
  quality: 'Quality',
  connection: 'State of the page',
  rate: 'Records per second',
  model: 'Model',
};

/** The view that a place is in. */
export function viewOf(place: string): ViewName {
  const [view] = place.split('/', 1);
  return viewNames.find((name) => name === view) ?? 'live';
}

/** 'Records, dead letters'. */
export function placeTitle(place: string): string {
  const panel = place.split('/')[1] ?? '';
  const title = panels[panel] ?? panel.replaceAll('-', ' ');
  return `${viewTitles[viewOf(place)]} · ${title}`;
}

/** A link to a place: it leads to the view, and there the place is lit up. */
export function linkTo(place: string): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = `#${viewOf(place)}`;
  link.textContent = placeTitle(place);
  link.addEventListener('click', () => document.dispatchEvent(new CustomEvent('showplace', { detail: place })));
  return link;
}
