import { demoTopics } from '#shared/commands';
import type { ScoredUnit } from '#shared/monitoring';
import type { Reason } from '#shared/streams';

const topic = demoTopics('churn');

/** What was talked in a billing period so far, and how often the service was called. */
export interface Usage {
  daySeconds: number;
  eveningSeconds: number;
  nightSeconds: number;
  abroadSeconds: number;
  abroadCalls: number;
  serviceCalls: number;
}

/** A customer's contract, and what was used before the stream begins. Key: customerId, as of all that the scorer reads. */
export interface Customer extends Usage {
  customerId: string;
  state: string;
  internationalPlan: 'yes' | 'no';
  voiceMailPlan: 'yes' | 'no';
  /** When the company last called; null where it never did. */
  lastContactedAt: number | null;
}

/** A table: the newest profile of each customer, until the period is closed and it is deleted. */
export const customers = topic<Customer>('customers', { isTable: true });

/** A call that has ended: usage by day, in the evening, at night or abroad, or a call to the service. Key: customerId. */
export interface CustomerEvent {
  id: string;
  customerId: string;
  eventTime: number;
  kind: 'day' | 'evening' | 'night' | 'abroad' | 'service';
  /** 0 for a call to the service: the data do not say how long it took. */
  seconds: number;
}

export const events = topic<CustomerEvent>('events');

/** What the company tells all of its customers. Key: id. */
export interface Announcement {
  id: string;
  announcedAt: number;
  text: string;
}

export const announcements = topic<Announcement>('announcements', { partitions: 1 });

/** Whether a customer has left, known in the night after the period. Key: customerId. */
export interface Outcome {
  /** The customer's last event. */
  id: string;
  customerId: string;
  closedAt: number;
  left: boolean;
}

export const outcomes = topic<Outcome>('outcomes');

/** What the model says of a customer as of an event. Key: id, the event's. */
export interface Prediction {
  id: string;
  eventTime: number;
  score: number;
  decision: string | null;
  modelName: string;
  modelVersion: string;
  scoredAt: number;
  customerId: string;
  kind: CustomerEvent['kind'];
  state: string;
  internationalPlan: 'yes' | 'no';
  voiceMailPlan: 'yes' | 'no';
  /** Dollars, of the period so far. */
  bill: number;
  totalIntlMinutes: number;
  totalIntlCalls: number;
  numberCustomerServiceCalls: number;
  lastContactedAt: number | null;
  /** What moved the score most, the strongest first; contributions to the log-odds of leaving. */
  reasons: readonly Reason[];
}

export const predictions = topic<Prediction>('predictions');

/** What a customer is offered to stay. Key: customerId. */
export interface Offer {
  /** The event that it was made for. */
  id: string;
  customerId: string;
  offeredAt: number;
  score: number;
  /** Dollars: the bill. */
  monthlyValue: number;
  /** What speaks for leaving, in words, the strongest first. */
  reasons: readonly string[];
  offer: string;
}

export const offers = topic<Offer>('offers');

/** Every event is a unit, and asks the model about its customer anew. */
export const scoredUnit: ScoredUnit<CustomerEvent> = {
  name: 'event',
  unitIds: (inputs) => inputs.map(({ id }) => id),
  expectedIds: (inputs) => inputs.map(({ id }) => id),
};
