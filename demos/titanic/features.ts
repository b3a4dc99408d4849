import { titleOf } from './title.js';
import type { Passenger } from './topics.js';

/** What the models are asked: they find their inputs by name. All of it is on the list of passengers but the title, which is in the name. */
export function toFeatures(passenger: Passenger) {
  return { ...passenger, title: titleOf(passenger.name) };
}
