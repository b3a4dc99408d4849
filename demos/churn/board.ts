import { type Board, listen, type Moment } from '#shared/dashboard';
import { DaySoFar } from './day-so-far.js';
import type { BoardState } from './page/board-state.js';
import { announcements, type Offer, type Outcome, offers, type Prediction } from './topics.js';

/** From so many calls to the service in an hour on, it is something to look at: otherwise there are some ten. */
const WAVE_FROM = 60;

/** What the board knows: the day so far. It tells of new prices, of the wave of calls that follows, of offers, and how it ended. */
export function createBoard(tell: (moment: Moment) => void): Board<Prediction, Outcome> {
  let day = new DaySoFar(0);
  let waveTold = false;

  function begin(eventTime: number): DaySoFar | undefined {
    // Late at night some of a run that began anew: what is of the day before is no news.
    if (day.isBefore(eventTime)) {
      day = new DaySoFar(eventTime);
      waveTold = false;
    }
    return day.has(eventTime) ? day : undefined;
  }

  return {
    prediction(prediction) {
      begin(prediction.eventTime)?.prediction(prediction);
      if (waveTold || day.serviceCallsLastHour < WAVE_FROM) return;
      waveTold = true;
      const text = `${WAVE_FROM} calls to the service within an hour, since the new prices`;
      tell({ eventTime: prediction.eventTime, text, tone: 'alarm', place: 'service' });
    },
    outcome(outcome) {
      day.outcome(outcome);
      if (!day.isSettled) return;
      const { left, leftWithOffer, settled } = day.figures();
      const text = `The period is closed: ${left} of ${settled} have left, ${leftWithOffer} of them had an offer`;
      tell({ eventTime: outcome.closedAt, text, tone: 'news', place: 'left' });
    },
    listens: [
      listen(announcements, ({ text }, eventTime) => {
        begin(eventTime)?.announce(eventTime);
        tell({ eventTime, text: `New prices: ${text}`, tone: 'alarm', place: 'prices' });
      }),
      listen(offers, (offer, eventTime) => {
        begin(eventTime)?.offer(offer);
        tell({ eventTime, text: offerInWords(offer), tone: 'good', place: offer.customerId });
      }),
    ],
    snapshot: (): BoardState => day.state(),
  };
}

/** 'Offer to C4711: $61 a month, 5 calls to the service'. */
function offerInWords({ customerId, monthlyValue, reasons }: Offer): string {
  const why = reasons.find((reason) => !reason.startsWith('a bill'));
  return [`Offer to ${customerId}: $${Math.round(monthlyValue)} a month`, ...(why === undefined ? [] : [why])].join(
    ', ',
  );
}
