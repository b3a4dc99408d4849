import { fillList, make, setClass, setHidden, setText } from '/page/dom.js';
import { count } from '/page/format.js';
import type { AirportState, BoardState, DayState, Flights, RouteState } from './board-state.js';
import { HUB_RADIUS, type NameSide, nameSides } from './city-names.js';

/** Where the warmer routes are drawn over the others; few, so that a route seldom goes from one into another. */
const LAYERS = 5;
/** A table that is read aloud is not read several times a second. */
const TABLE_MS = 2_000;

const SVG = 'http://www.w3.org/2000/svg';

/** A map of the routes, the airports with their alerts, the routes to worry about, and how right the model was. */
export function mount(root: HTMLElement): (state: BoardState) => void {
  const map = new RouteMap();
  const airports = make('div', 'airports');
  const worst = make('ul', 'list');
  const worstPanel = make('section', 'worst');
  const noWorst = make('p', 'note', 'None: on no route are half of the flights of the last three hours expected late.');
  worstPanel.append(make('h3', '', 'Routes to worry about'), noWorst, worst);
  const days = make('section', 'days');
  days.dataset.place = 'quality';
  days.append(make('h3', '', 'How right it was'), make('p', 'day'), make('p', 'note'), make('p', 'note'));
  const side = make('div', 'now');
  side.append(airports, worstPanel, days);
  root.append(map.figure, side);
  return (state) => {
    map.draw(state);
    fillList(airports, state.airports, makeAirport, fillAirport);
    setHidden(noWorst, state.worst.length > 0);
    fillList(worst, state.worst, makeRoute, fillRoute);
    fillDays(days, state);
  };
}

const shareOf = ({ flights, delayed }: Flights): number => (flights === 0 ? 0 : delayed / flights);

/** The routes as arcs: the wider the more flights, the warmer the more of them are expected late. */
class RouteMap {
  readonly figure = make('figure', 'map');
  readonly #svg = svg('svg');
  readonly #land = svg('path', 'land');
  readonly #arcs = svg('g', 'arcs');
  readonly #layers = Array.from({ length: LAYERS }, () => svg('g'));
  readonly #drawn = new Map<string, Arc>();
  readonly #cities = svg('g', 'cities');
  readonly #places = new Map<string, City>();
  #named = '';
  readonly #airports = svg('g', 'hubs');
  readonly #table = make('tbody');
  #untold: readonly RouteState[] | undefined;
  #pausing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#svg.setAttribute('aria-hidden', 'true');
    this.#arcs.append(...this.#layers);
    this.#svg.append(this.#land, this.#arcs, this.#cities, this.#airports);
    const table = make('table');
    const head = make('tr');
    head.append(...['Route', 'Flights', 'Expected late'].map((title) => make('th', '', title)));
    const headers = make('thead');
    headers.append(head);
    table.append(make('caption', '', 'Flights of the last three hours, by route'), headers, this.#table);
    const words = make('div', 'unseen');
    words.append(table);
    const key = make('figcaption', 'note key');
    key.append(
      make('span', 'ramp'),
      make('span', '', 'none to all of the flights expected late; the last three hours. New York enlarged.'),
    );
    this.figure.append(this.#svg, key, words);
  }

  draw({ map, airports, routes }: BoardState): void {
    set(this.#svg, { viewBox: `0 0 ${map.width} ${map.height}` });
    set(this.#land, { d: map.land });
    this.#drawArcs(airports, routes);
    this.#drawCities(map.width, airports, routes);
    fillList(this.#airports, airports, makeHub, fillHub);
    this.#untold = routes;
    if (this.#pausing === undefined) this.#tell();
  }

  #tell(): void {
    this.#pausing = undefined;
    if (this.#untold === undefined) return;
    fillList(
      this.#table,
      [...this.#untold].sort((a, b) => b.delayed - a.delayed),
      makeRow,
      fillRow,
    );
    this.#untold = undefined;
    this.#pausing = setTimeout(() => this.#tell(), TABLE_MS);
  }

  #drawArcs(airports: readonly AirportState[], routes: readonly RouteState[]): void {
    const hubs = new Map(airports.map((airport) => [airport.airport, airport]));
    const gone = new Set(this.#drawn.keys());
    for (const route of routes) {
      const hub = hubs.get(route.from);
      if (hub === undefined) continue;
      const name = `${route.from} ${route.to}`;
      gone.delete(name);
      let arc = this.#drawn.get(name);
      if (arc === undefined) {
        arc = new Arc(arcBetween(hub, route));
        this.#drawn.set(name, arc);
      }
      arc.fill(route, this.#layers);
    }
    for (const name of gone) {
      this.#drawn.get(name)?.path.remove();
      this.#drawn.delete(name);
    }
  }

  /** Places stand still: what is written where changes with the places alone. */
  #drawCities(width: number, airports: readonly AirportState[], routes: readonly RouteState[]): void {
    const cities = [...new Map(routes.map((route) => [route.to, route])).values()];
    // In the order of their codes: a name that is written stays so.
    cities.sort((a, b) => (a.to < b.to ? -1 : 1));
    const names = cities.map(({ to }) => to).join();
    if (names === this.#named) return;
    this.#named = names;
    const sides = nameSides(cities, airports, width);
    for (const [to, city] of this.#places) {
      if (cities.some((route) => route.to === to)) continue;
      city.group.remove();
      this.#places.delete(to);
    }
    for (const route of cities) {
      let city = this.#places.get(route.to);
      if (city === undefined) {
        city = new City(route);
        this.#places.set(route.to, city);
        this.#cities.append(city.group);
      }
      city.write(sides.get(route.to));
    }
  }
}

/** A route's arc, of which only what has changed is set: hundreds are drawn several times a second. */
class Arc {
  readonly path = svg('path');
  #heat = '';
  #flights = '';
  #layer: SVGElement | undefined;

  constructor(way: string) {
    this.path.setAttribute('d', way);
  }

  fill(route: RouteState, layers: readonly SVGElement[]): void {
    const share = shareOf(route);
    // The warmer ones over the others.
    const layer = layers[Math.min(layers.length - 1, Math.floor(share * layers.length))];
    if (layer !== this.#layer) layer?.append(this.path);
    this.#layer = layer;
    const heat = share.toFixed(2);
    if (heat !== this.#heat) this.path.style.setProperty('--heat', heat);
    this.#heat = heat;
    const flights = String(Math.min(9, route.flights));
    if (flights !== this.#flights) this.path.style.setProperty('--flights', flights);
    this.#flights = flights;
  }
}

/** A bow from the airport, the higher the farther. */
function arcBetween(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const height = 0.18 * Math.hypot(to.x - from.x, to.y - from.y);
  return `M${from.x} ${from.y}Q${(from.x + to.x) / 2} ${Math.round((from.y + to.y) / 2 - height)} ${to.x} ${to.y}`;
}

/** A city at its place, and on which side of it its name is written. */
class City {
  readonly group = svg('g');
  readonly #name = svg('text');
  readonly #x: number;
  #side: NameSide | undefined;

  constructor({ to, x, y }: RouteState) {
    const dot = svg('circle');
    set(dot, { cx: x, cy: y, r: 2.5 });
    this.#x = x;
    this.#name.textContent = to;
    set(this.#name, { y: y + 4, visibility: 'hidden' });
    this.group.append(dot, this.#name);
  }

  write(side: NameSide | undefined): void {
    if (side === this.#side) return;
    this.#side = side;
    set(this.#name, { visibility: side === undefined ? 'hidden' : 'visible' });
    if (side === undefined) return;
    const isLeft = side === 'left';
    set(this.#name, { x: isLeft ? this.#x - 5 : this.#x + 5, 'text-anchor': isLeft ? 'end' : 'start' });
  }
}

function makeHub(): Element {
  const hub = svg('g');
  hub.append(svg('circle'), svg('text', 'code'), svg('text', 'share'));
  return hub;
}

function fillHub(hub: Element, { airport, x, y, alert, ...flights }: AirportState): void {
  const [node, code, share] = hub.children;
  if (!(hub instanceof SVGElement && node instanceof SVGElement && code && share)) return;
  node.dataset.place = airport;
  hub.dataset.tone = alert === null ? 'news' : 'alarm';
  node.style.setProperty('--heat', shareOf(flights).toFixed(2));
  set(node, { cx: x, cy: y, r: HUB_RADIUS });
  set(code, { x, y: y - 4 });
  set(share, { x, y: y + 15 });
  setText(code, airport);
  setText(share, `${count(100 * shareOf(flights))} %`);
}

function makeRow(): Element {
  const row = make('tr');
  row.append(make('th'), make('td'), make('td'));
  row.firstElementChild?.setAttribute('scope', 'row');
  return row;
}

function fillRow(row: Element, { from, to, city, flights, delayed }: RouteState): void {
  const [name, all, late] = row.children;
  if (!(name && all && late)) return;
  setText(name, `${from} to ${city} (${to})`);
  setText(all, count(flights));
  setText(late, count(delayed));
}

function makeAirport(): Element {
  const card = make('section', 'card airport');
  const share = make('span', 'bar');
  share.append(make('i'));
  const head = make('div', 'head');
  head.append(make('h3'), make('span', 'badge'));
  const figures = make('div', 'figures-now');
  figures.append(make('p', 'number'), make('p', 'note'));
  card.append(head, figures, share, make('p', 'note'));
  return card;
}

function fillAirport(card: Element, airport: AirportState): void {
  const [head, figures, share, note] = card.children;
  const [name, badge] = head?.children ?? [];
  const [number, of] = figures?.children ?? [];
  if (!(card instanceof HTMLElement && name && badge instanceof HTMLElement && number && of)) return;
  if (!(share instanceof HTMLElement && note)) return;
  card.dataset.place = airport.airport;
  setText(name, `${airport.airport} ${airport.name}`);
  setText(badge, airport.alert === null ? 'no alert' : `alert since ${airport.alert.since}`);
  if (airport.alert === null) delete badge.dataset.tone;
  else badge.dataset.tone = 'alarm';
  setText(number, count(airport.delayed));
  setText(of, `of ${count(airport.flights)} in the next hour expected late`);
  share.dataset.tone = airport.alert === null ? 'news' : 'alarm';
  share.style.setProperty('--share', String(shareOf(airport)));
  const queue = airport.queue === null ? '' : `${count(airport.queue)} overdue`;
  setText(note, [airport.alert?.reasons, queue, airport.weather].filter(Boolean).join(' · '));
}

function makeRoute(): Element {
  const row = make('li');
  row.append(make('span', 'name'), make('span', 'note'), make('span', 'value'));
  return row;
}

function fillRoute(row: Element, { from, to, city, flights, delayed }: RouteState): void {
  const [route, where, share] = row.children;
  if (!(route && where && share)) return;
  setText(route, `${from} → ${to}`);
  setText(where, city);
  setText(share, `${count(delayed)} of ${count(flights)}`);
}

function fillDays(panel: Element, { lastDay, allDays }: BoardState): void {
  const [, day, warned, all] = panel.children;
  if (!(day && warned && all)) return;
  setClass(day, lastDay === null ? 'note' : 'day');
  setText(day, lastDay === null ? 'Told when a day is over.' : `${lastDay.name}: ${rightOf(lastDay)}`);
  setText(
    warned,
    lastDay === null ? '' : `${count(lastDay.warnedOf)} of ${count(lastDay.delayed)} delays were warned of`,
  );
  setText(all, allDays === null ? '' : `${allDays.name}: ${rightOf(allDays)}`);
}

const rightOf = ({ right, flights }: DayState): string =>
  `${count(right)} of ${count(flights)} right (${count((100 * right) / flights)} %)`;

function svg(tag: string, className = ''): SVGElement {
  const element = document.createElementNS(SVG, tag) as SVGElement;
  if (className !== '') element.setAttribute('class', className);
  return element;
}

/** Sets attributes only where they change. */
function set(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  }
}
