import { fillList, make, setHidden, setText, within } from '/page/dom.js';
import { count } from '/page/format.js';
import type { BoardState, MadeOffer, RankedCustomer } from './board-state.js';

/** The day in figures and over its hours, the customers who will leave, by what is to be lost, and the offers made. */
export function mount(root: HTMLElement): (state: BoardState) => void {
  root.classList.add('churn');
  const figures = make('div', 'cards');
  root.append(figures);
  const course = makeCourse(root);
  const ranking = makeSection(root, 'ranking', 'Who will leave', 'by expected loss a month: risk × bill');
  const offers = makeSection(root, 'offers', 'Offers', 'the newest first');
  return (state) => {
    fillList(figures, cardsOf(state), makeCard, fillCard);
    drawCourse(course, state);
    const most = Math.max(...state.ranking.map(({ expectedLoss }) => expectedLoss));
    fillList(ranking, state.ranking, makeRanked, (row, customer) => fillRanked(row, customer, most));
    fillList(offers, state.offers, makeOffer, fillOffer);
  };
}

/** A list under a heading of its own. */
function makeSection(root: HTMLElement, name: string, heading: string, order: string): HTMLElement {
  const part = make('section', name);
  const title = make('h3', '', `${heading} `);
  title.id = `${name}-title`;
  part.setAttribute('aria-labelledby', title.id);
  const list = make('ol', 'list');
  title.append(make('span', 'note', order));
  part.append(title, list);
  root.append(part);
  return list;
}

interface Card {
  readonly place: string;
  readonly name: string;
  readonly number: string;
  readonly note: string;
}

const dollars = (amount: number): string => `$${count(amount)}`;

function cardsOf({ figures: of }: BoardState): Card[] {
  return [
    {
      place: 'leaving',
      name: 'Will leave',
      number: count(of.leaving),
      note: `of ${count(of.customers)} callers today`,
    },
    { place: 'value', name: 'Value at risk', number: dollars(of.valueAtRisk), note: 'a month, their bills' },
    {
      place: 'service',
      name: 'Calls to the service',
      number: count(of.serviceCallsLastHour),
      note: 'in the last hour',
    },
    {
      place: 'offers',
      name: 'Offers made',
      number: count(of.offers),
      note: `to keep ${dollars(of.offeredValue)} a month`,
    },
    {
      place: 'left',
      name: 'Have left',
      number: of.settled === 0 ? '–' : count(of.left),
      note: of.settled === 0 ? 'known in the night' : `${count(of.leftWithOffer)} of them had an offer`,
    },
  ];
}

function makeCard(): Element {
  const card = make('section', 'card');
  card.append(make('h3'), make('p', 'number'), make('p', 'note'));
  return card;
}

function fillCard(card: Element, { place, name, number, note }: Card): void {
  if (!(card instanceof HTMLElement)) return;
  card.dataset.place = place;
  setText(within(card, 'h3'), name);
  setText(within(card, '.number'), number);
  setText(within(card, '.note'), note);
}

function makeCourse(root: HTMLElement): HTMLElement {
  const course = make('figure', 'course');
  const quarters = make('div', 'quarters');
  quarters.setAttribute('role', 'img');
  const key = make('figcaption', 'key note');
  key.append(make('span', 'swatch block in-measure'), make('span', 'calls'), make('span', 'swatch block in-quality'));
  key.append(make('span', 'made'));
  course.append(quarters, key);
  root.append(course);
  return course;
}

/** Calls to the service upwards, offers downwards, each to the scale of its own most, which the key says. */
function drawCourse(course: HTMLElement, { quarters, announced }: BoardState): void {
  const busiest = quarters.reduce((one, other) => (other.serviceCalls > one.serviceCalls ? other : one));
  const mostOffers = Math.max(...quarters.map(({ offers }) => offers));
  const drawn = within(course, '.quarters');
  fillList(drawn, quarters, makeQuarter, (element, { time, serviceCalls, offers }) => {
    if (!(element instanceof HTMLElement)) return;
    element.style.setProperty('--calls', String(serviceCalls / Math.max(1, busiest.serviceCalls)));
    element.style.setProperty('--made', String(offers / Math.max(1, mostOffers)));
    setText(within(element, '.note'), /^(06|09|12|15|18|21):00$/.test(time) ? time : '');
  });
  for (const [at, element] of [...drawn.children].entries()) {
    if (!(element instanceof HTMLElement)) continue;
    if (at === announced) element.dataset.place = 'prices';
    else delete element.dataset.place;
  }
  const upTo = (most: number, each = ''): string => (most === 0 ? '' : `, up to ${most}${each}`);
  const calls = `calls to the service${upTo(busiest.serviceCalls, ' a quarter of an hour')}`;
  const made = `offers${upTo(mostOffers)}`;
  setText(within(course, '.key .calls'), calls);
  setText(within(course, '.key .made'), made);
  const at = busiest.serviceCalls === 0 ? '' : `, at ${busiest.time}`;
  const label = `By the time of day: ${calls}${at}; ${made}`;
  if (drawn.getAttribute('aria-label') !== label) drawn.setAttribute('aria-label', label);
}

function makeQuarter(): Element {
  const quarter = make('div', 'quarter');
  quarter.append(make('i', 'calls'), make('i', 'made'), make('span', 'note'));
  return quarter;
}

function makeRanked(): Element {
  const row = make('li');
  const loss = make('span', 'loss');
  const bar = make('span', 'bar');
  bar.dataset.tone = 'alarm';
  bar.append(make('i'));
  loss.append(bar, make('span', 'expected'));
  row.append(
    make('span', 'rank'),
    make('span', 'name'),
    loss,
    make('span', 'bill note'),
    make('span', 'why note'),
    make('span', 'badge'),
  );
  return row;
}

function fillRanked(row: Element, customer: RankedCustomer, mostLoss: number): void {
  if (!(row instanceof HTMLElement)) return;
  row.dataset.place = customer.customerId;
  setText(within(row, '.rank'), String([...(row.parentElement?.children ?? [])].indexOf(row) + 1));
  setText(within(row, '.name'), `${customer.customerId} ${customer.usState}`);
  within(row, '.bar').style.setProperty('--share', String(customer.expectedLoss / mostLoss));
  setText(within(row, '.expected'), dollars(Math.round(customer.expectedLoss)));
  setText(within(row, '.bill'), `${Math.floor(100 * customer.score)} % × ${dollars(Math.round(customer.bill))}`);
  setText(within(row, '.why'), customer.reasons.join(', '));
  setBadge(within(row, '.badge'), customer);
}

function setBadge(
  badge: HTMLElement,
  { done, offered, outcome }: Pick<RankedCustomer, 'done' | 'offered' | 'outcome'>,
): void {
  setText(badge, outcome === null ? done : `${done}, ${outcome}`);
  const tone = outcome === 'left' ? 'alarm' : offered ? 'good' : 'plain';
  if (badge.dataset.tone !== tone) badge.dataset.tone = tone;
}

function makeOffer(): Element {
  const row = make('li');
  row.append(
    make('span', 'note time'),
    make('span', 'name'),
    make('span', 'what'),
    make('span', 'note why'),
    make('span', 'badge'),
  );
  return row;
}

function fillOffer(row: Element, { customerId, time, offer, reasons, outcome }: MadeOffer): void {
  if (!(row instanceof HTMLElement)) return;
  row.dataset.place = customerId;
  setText(within(row, '.time'), time);
  setText(within(row, '.name'), customerId);
  setText(within(row, '.what'), offer);
  setText(within(row, '.why'), reasons.join(', '));
  const badge = within(row, '.badge');
  setHidden(badge, outcome === null);
  setText(badge, outcome ?? '');
  badge.dataset.tone = outcome === 'left' ? 'alarm' : 'plain';
}
