import {
  type Key,
  type KeyValueStore,
  keyValueStore,
  type Processor,
  type ProcessorContext,
  type Windowed,
} from '#shared/streams';
import { GAP_MS, type Incident, mostToBlame, type ScoredWindow } from './incident.js';
import type { Alarm } from './topics.js';
import { GRACE_MS, WINDOW_MS, windowId } from './window-time.js';

/** Name of the store: the open alarm of each cell. */
export const OPEN_ALARMS = 'open-alarms';
export const openAlarms = keyValueStore<Key, Alarm>({ name: OPEN_ALARMS });

/**
 * Opens an alarm when an incident shows the pattern, and keeps what is known of it as the incident goes on. A session that is
 * replaced by a longer one comes as null; a cell has one open alarm at most, for the next incident begins after it is closed.
 */
export const openAlarm = (): Processor<Windowed<string>, Incident | null, Key, Alarm> => {
  let context: ProcessorContext<Key, Alarm>;
  let open: KeyValueStore<Key, Alarm>;
  return {
    init(given) {
      context = given;
      open = context.getStateStore(OPEN_ALARMS);
    },
    process({ key: { key: cellId, window }, value: incident, timestamp }) {
      if (!incident?.isAlarm) return;
      const known = open.get(cellId);
      const since = window.start - WINDOW_MS;
      const { id, at } = known ?? { id: windowId(cellId, since), at: timestamp };
      const { windows, peakScore } = incident;
      const course = { since, until: window.end, windows, peakScore, blame: mostToBlame(incident.blame) };
      const alarm: Alarm = { id, cellId, state: 'opened', at, ...course };
      open.put(cellId, alarm);
      if (known === null) context.forward({ key: cellId, value: alarm, timestamp: at });
    },
  };
};

/**
 * Closes a cell's alarm with the first window of the cell that is so late that no window can come any more, not even a late one,
 * that would belong to the incident. It goes by the cell's own time: one that has fallen silent may be in trouble, so its alarm
 * stays open until it is heard of again.
 */
export const closeAlarm = (): Processor<Key, ScoredWindow, Key, Alarm> => {
  let context: ProcessorContext<Key, Alarm>;
  let open: KeyValueStore<Key, Alarm>;
  return {
    init(given) {
      context = given;
      open = context.getStateStore(OPEN_ALARMS);
    },
    process({ key: cellId, value: { end } }) {
      const alarm = open.get(cellId);
      if (alarm === null || end - alarm.until <= GAP_MS + GRACE_MS) return;
      open.delete(cellId);
      context.forward({ key: cellId, value: { ...alarm, state: 'closed', at: end }, timestamp: end });
    },
  };
};
