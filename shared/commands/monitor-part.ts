import type { ModelState } from '#shared/dashboard';
import type { Reported } from './report-watch.js';

/** Reports come about once a second where rows are scored; the monitor yields to all others. */
const BEHIND_AFTER_MS = 30_000;

/** How the monitor of a demo is, in a sentence; `reported` is undefined where it is switched off. */
export function monitorOf(
  reported: Reported | undefined,
  { now, scoring }: { readonly now: number; readonly scoring: boolean },
): ModelState['monitor'] {
  if (reported === undefined) {
    return {
      state: 'off',
      sentence: 'Monitoring is switched off (--monitoring off): nobody measures drift, delivery, or quality by labels.',
    };
  }
  const { state, heardAt, reportedAt } = reported.monitor;
  if (state === 'awaited') {
    return { state, sentence: 'The monitor has not been heard yet: it yields to all others, also when it starts.' };
  }
  if (state === 'missing') {
    return {
      state,
      sentence: 'No monitor is heard: start one with --only monitor. What it would report is not known.',
    };
  }
  const seconds = (since: number): number => Math.round((now - since) / 1_000);
  if (state === 'silent') {
    return {
      state,
      sentence: `The monitor has been silent for ${seconds(heardAt ?? now)} s: what it reported last is shown.`,
    };
  }
  const newest = Math.max(reportedAt.delivery ?? 0, reportedAt.quality ?? 0, reportedAt.drift ?? 0);
  if (scoring && newest > 0 && now - newest > BEHIND_AFTER_MS) {
    return {
      state: 'behind',
      sentence: `The monitor is behind: it has reported nothing for ${seconds(newest)} s, as it yields to all others.`,
    };
  }
  return { state, sentence: 'Measured by the monitor, beside the scorers.' };
}
