import type { Reason } from '#shared/streams';
import type { Features } from './features.js';

/** Said of one bill in one sum, not of its parts. */
const BILL = 'bill';

/**
 * The model knows a bill of four kinds of minutes, and what the bill does is shared among them evenly: told one by one they
 * would hide all else. They are told as one; of the minutes abroad, which count by themselves as well, what is left.
 */
export function tellTheBill(reasons: readonly Reason[]): Reason[] {
  const of = (name: string): number | undefined => reasons.find((reason) => reason.name === name)?.contribution;
  const share = of('totalDayMinutes') ?? of('totalEveMinutes') ?? of('totalNightMinutes');
  if (share === undefined) return [...reasons];
  const others = reasons.filter(({ name }) => !/^total(Day|Eve|Night|Intl)Minutes$/.test(name));
  const abroad = (of('totalIntlMinutes') ?? share) - share;
  return [{ name: BILL, contribution: 4 * share }, { name: 'totalIntlMinutes', contribution: abroad }, ...others]
    .filter(({ contribution }) => contribution !== 0)
    .sort((one, other) => Math.abs(other.contribution) - Math.abs(one.contribution));
}

type Said = Pick<
  Features,
  'bill' | 'internationalPlan' | 'voiceMailPlan' | 'totalIntlMinutes' | 'totalIntlCalls' | 'numberCustomerServiceCalls'
>;

/** A reason in words: "5 calls to the service". */
export function inWords(name: string, customer: Said): string {
  const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  switch (name) {
    case BILL:
      return `a bill of $${Math.round(customer.bill)}`;
    case 'numberCustomerServiceCalls':
      return `${many(customer.numberCustomerServiceCalls, 'call')} to the service`;
    case 'voiceMailPlan':
      return customer.voiceMailPlan === 'yes' ? 'voice mail' : 'no voice mail';
    case 'internationalPlan':
      return customer.internationalPlan === 'yes' ? 'an international plan' : 'no international plan';
    case 'totalIntlCalls':
      return `${many(customer.totalIntlCalls, 'call')} abroad`;
    case 'totalIntlMinutes':
      return `${many(Math.round(customer.totalIntlMinutes), 'minute')} abroad`;
    default:
      return name;
  }
}

/** What speaks for leaving, the strongest first. */
export function reasonsToLeave(reasons: readonly Reason[]): Reason[] {
  return reasons.filter(({ contribution }) => contribution > 0);
}
