import type { RunAudit } from '#shared/monitoring';
import { preciseNow } from './producer-role.js';
import type { Terminal } from './terminal.js';

type Counted = Pick<RunAudit<unknown>, 'counts' | 'settledInputs'>;

/** A line a second on a terminal: what has been counted so far, of one demo or of several together. Gives what ends it. */
export function showProgress(audits: () => readonly Counted[], terminal: Terminal): () => void {
  const sum = (of: (audit: Counted) => number): number => audits().reduce((total, audit) => total + of(audit), 0);
  let before = { at: preciseNow(), settled: 0 };
  const timer = setInterval(() => {
    const now = { at: preciseNow(), settled: sum((audit) => audit.settledInputs) };
    const rate = Math.max(0, ((now.settled - before.settled) * 1_000) / (now.at - before.at));
    before = now;
    const scored = sum((audit) => audit.counts().scored).toLocaleString('en-US');
    const deadLettered = sum((audit) => audit.counts().deadLettered);
    terminal.progress(
      `${scored} scored · ${deadLettered} dead letters · ${Math.round(rate).toLocaleString('en-US')} records/s`,
    );
  }, 1_000);
  return () => clearInterval(timer);
}
