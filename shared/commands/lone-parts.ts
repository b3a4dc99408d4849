import type { DesiredState } from '#shared/control';
import type { ScorerStatus } from '#shared/monitoring';
import type { PartAtWork } from './parts-at-work.js';

/** A producer says every two seconds what it does. */
const SILENT_MS = 6_000;

interface Heard {
  /** The instances of a demo as a whole: its own. */
  readonly own: { readonly scorers: ReadonlySet<string>; readonly producer: string };
  /** The scorers that are not silent. */
  readonly scorers: readonly Pick<ScorerStatus, 'instance' | 'state'>[];
  readonly parts: DesiredState['parts'];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The scorers and producers that are heard beside a demo's own: only who started them can end them. */
export function loneParts({ own, scorers, parts, now }: Heard): PartAtWork[] {
  const others = scorers.filter(({ instance, state }) => !own.scorers.has(instance) && state !== 'NOT_RUNNING');
  const producers = [...parts.values()].filter(
    ({ role, instance, lastHeardAt }) =>
      role === 'producer' && instance !== own.producer && now - lastHeardAt < SILENT_MS,
  );
  return [
    ...others.map(({ instance }) => ({ what: 'scorer', instance })),
    ...producers.map(({ instance }) => ({ what: 'producer', instance })),
  ];
}
