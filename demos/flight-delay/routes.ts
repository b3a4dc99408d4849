import type { Flights, RouteState } from './page/board-state.js';
import { places, pointOf } from './route-map.js';
import { DELAYED, type Prediction } from './topics.js';

/** One worries about a route when so many of its flights are expected late. */
const WORRYING_SHARE = 0.5;
/** With an alert open they still have room beside the map at 1280 × 800. */
const LISTED_ROUTES = 3;

export const counted = (flights: readonly Prediction[]): Flights => ({
  flights: flights.length,
  delayed: flights.filter(({ decision }) => decision === DELAYED).length,
});

export function routesOf(flights: readonly Prediction[]): RouteState[] {
  const byRoute = new Map<string, Prediction[]>();
  for (const flight of flights) {
    const route = `${flight.origin} ${flight.dest}`;
    byRoute.set(route, [...(byRoute.get(route) ?? []), flight]);
  }
  return Array.from(byRoute.values(), (of) => {
    const { origin: from = '', dest: to = '' } = of[0] ?? {};
    return { from, to, city: places.get(to)?.city ?? to, ...pointOf(to), ...counted(of) };
  });
}

/** Of the routes on the map those to worry about: where most flights are expected late first, of these where it is the greatest share. */
export function worstOf(routes: readonly RouteState[]): RouteState[] {
  return routes
    .filter(({ flights, delayed }) => delayed >= WORRYING_SHARE * flights)
    .toSorted((a, b) => b.delayed - a.delayed || a.flights - b.flights)
    .slice(0, LISTED_ROUTES);
}
