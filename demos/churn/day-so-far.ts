import { HIGH_VALUE_DOLLARS, QUIET_DAYS } from './offer.js';
import type { BoardState, MadeOffer, Quarter, RankedCustomer } from './page/board-state.js';
import { inWords, reasonsToLeave } from './reasons.js';
import type { Offer, Outcome, Prediction } from './topics.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const QUARTER_MS = HOUR_MS / 4;
/** Nobody calls at night: the board begins at six. */
const FIRST_QUARTER = 6 * 4;
/** More customers than the board has room for in memory are not looked at. */
const MOST_CUSTOMERS = 20_000;
/** As many as there is room for on the page of a large screen. */
const SHOWN = { ranked: 14, offers: 12 } as const;

/** A customer as of the newest event. */
interface Known {
  readonly prediction: Prediction;
  /** Since when the model has seen the customer leave; null where it sees the customer stay. */
  readonly leavingSince: number | null;
}

/** The last day of a period as far as it has come: what its events, offers and outcomes have made of it. */
export class DaySoFar {
  readonly #begins: number;
  readonly #customers = new Map<string, Known>();
  readonly #offers = new Map<string, Offer>();
  readonly #outcomes = new Map<string, boolean>();
  readonly #serviceCalls: number[] = Array.from({ length: DAY_MS / QUARTER_MS }, () => 0);
  #now = 0;
  #announcedAt: number | undefined;

  /** @param eventTime Any moment of the day. */
  constructor(eventTime: number) {
    this.#begins = eventTime - (eventTime % DAY_MS);
  }

  has(eventTime: number): boolean {
    return eventTime >= this.#begins && eventTime < this.#begins + DAY_MS;
  }

  /** Whether another day begins: the next one, or, as a run may begin anew, one that is long past. */
  isBefore(eventTime: number): boolean {
    return eventTime >= this.#begins + DAY_MS || eventTime < this.#begins - DAY_MS;
  }

  /** Whether it is known of everybody who has called whether they have left. */
  get isSettled(): boolean {
    return this.#outcomes.size > 0 && this.#outcomes.size === this.#customers.size;
  }

  get serviceCallsLastHour(): number {
    const now = this.#quarterOf(this.#now);
    return this.#serviceCalls.slice(Math.max(0, now - 3), now + 1).reduce((sum, calls) => sum + calls, 0);
  }

  prediction(prediction: Prediction): void {
    const { customerId, eventTime, kind, decision } = prediction;
    this.#now = Math.max(this.#now, eventTime);
    const quarter = this.#quarterOf(eventTime);
    if (kind === 'service') this.#serviceCalls[quarter] = (this.#serviceCalls[quarter] ?? 0) + 1;
    const known = this.#customers.get(customerId);
    // Predictions of a customer lie in several partitions, which are read in no order.
    if (known === undefined ? this.#customers.size >= MOST_CUSTOMERS : known.prediction.eventTime > eventTime) return;
    const leavingSince = decision === 'leaves' ? (known?.leavingSince ?? eventTime) : null;
    this.#customers.set(customerId, { prediction, leavingSince });
  }

  announce(eventTime: number): void {
    this.#announcedAt = eventTime;
  }

  offer(offer: Offer): void {
    if (this.#offers.size < MOST_CUSTOMERS) this.#offers.set(offer.customerId, offer);
  }

  outcome({ customerId, left }: Outcome): void {
    if (this.#customers.has(customerId)) this.#outcomes.set(customerId, left);
  }

  figures(): BoardState['figures'] {
    const leaving = this.#leaving();
    const offers = [...this.#offers.values()];
    const left = [...this.#outcomes].flatMap(([customerId, hasLeft]) => (hasLeft ? [customerId] : []));
    return {
      customers: this.#customers.size,
      leaving: leaving.length,
      valueAtRisk: sum(leaving.map(({ prediction }) => prediction.bill)),
      offers: offers.length,
      offeredValue: sum(offers.map(({ monthlyValue }) => monthlyValue)),
      serviceCallsLastHour: this.serviceCallsLastHour,
      settled: this.#outcomes.size,
      left: left.length,
      leftWithOffer: left.filter((customerId) => this.#offers.has(customerId)).length,
    };
  }

  state(): BoardState {
    return {
      figures: this.figures(),
      quarters: this.#quarters(),
      announced: this.#announcedAt === undefined ? null : this.#quarterOf(this.#announcedAt) - FIRST_QUARTER,
      ranking: this.#leaving()
        .sort(greatestLossFirst)
        .slice(0, SHOWN.ranked)
        .map((known) => this.#ranked(known)),
      offers: [...this.#offers.values()]
        .sort((one, other) => other.offeredAt - one.offeredAt)
        .slice(0, SHOWN.offers)
        .map((offer) => this.#made(offer)),
    };
  }

  #leaving(): (Known & { readonly leavingSince: number })[] {
    return [...this.#customers.values()].flatMap(({ prediction, leavingSince }) =>
      leavingSince === null ? [] : [{ prediction, leavingSince }],
    );
  }

  #quarters(): Quarter[] {
    const offers = this.#serviceCalls.map(() => 0);
    for (const { offeredAt } of this.#offers.values()) {
      const quarter = this.#quarterOf(offeredAt);
      offers[quarter] = (offers[quarter] ?? 0) + 1;
    }
    return this.#serviceCalls
      .map((serviceCalls, at) => ({ time: clock(at * QUARTER_MS), serviceCalls, offers: offers[at] ?? 0 }))
      .slice(FIRST_QUARTER);
  }

  #ranked({ prediction }: Known): RankedCustomer {
    const { customerId, state, bill, score, reasons } = prediction;
    return {
      customerId,
      usState: state,
      bill,
      score,
      expectedLoss: expectedLoss(prediction),
      reasons: reasonsToLeave(reasons).map(({ name }) => inWords(name, prediction)),
      done: this.#done(prediction),
      outcome: this.#outcomeOf(customerId),
      offered: this.#offers.has(customerId),
    };
  }

  #done({ customerId, bill, lastContactedAt, eventTime }: Prediction): string {
    if (this.#offers.has(customerId)) return 'offer made';
    if (bill < HIGH_VALUE_DOLLARS) return `below $${HIGH_VALUE_DOLLARS}`;
    const days = Math.floor((eventTime - (lastContactedAt ?? Number.NEGATIVE_INFINITY)) / DAY_MS);
    if (days >= QUIET_DAYS) return 'offer due';
    return days === 0 ? 'contacted today' : `contacted ${days} day${days === 1 ? '' : 's'} ago`;
  }

  #made({ customerId, offeredAt, offer, reasons }: Offer): MadeOffer {
    return { customerId, time: clock(offeredAt - this.#begins), offer, reasons, outcome: this.#outcomeOf(customerId) };
  }

  #outcomeOf(customerId: string): 'left' | 'stayed' | null {
    const left = this.#outcomes.get(customerId);
    return left === undefined ? null : left ? 'left' : 'stayed';
  }

  #quarterOf(eventTime: number): number {
    return Math.floor((eventTime - this.#begins) / QUARTER_MS);
  }
}

/** What is worth acting on: late in the day a risk is 99 % for nearly all who leave, while their bills differ by half. */
function expectedLoss({ score, bill }: Prediction): number {
  return score * bill;
}

/** By whole dollars, as the board shows them; of those alike the one of whom it has been known for the shortest time. */
function greatestLossFirst(
  one: { readonly prediction: Prediction; readonly leavingSince: number },
  other: { readonly prediction: Prediction; readonly leavingSince: number },
): number {
  const dollars = ({ prediction }: { readonly prediction: Prediction }): number => Math.round(expectedLoss(prediction));
  return dollars(other) - dollars(one) || other.leavingSince - one.leavingSince;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Milliseconds since midnight as '09:15'. */
function clock(sinceMidnight: number): string {
  return new Date(sinceMidnight).toISOString().slice(11, 16);
}
