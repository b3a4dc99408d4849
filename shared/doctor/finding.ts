/** `good`; `note`: works, with something to know; `bad`: what it is for does not work. */
export type Verdict = 'good' | 'note' | 'bad';

/** What was found of one thing on this machine. */
export interface Finding {
  readonly subject: string;
  readonly verdict: Verdict;
  /** Without a full stop. */
  readonly found: string;
  /** What to do about it: one sentence. */
  readonly todo?: string;
}

/** What is looked at for one purpose. */
export interface Section {
  readonly purpose: string;
  readonly findings: readonly Finding[];
}

export const good = (subject: string, found: string): Finding => ({ subject, verdict: 'good', found });

export const note = (subject: string, found: string, todo: string): Finding => ({
  subject,
  verdict: 'note',
  found,
  todo,
});

export const bad = (subject: string, found: string, todo: string): Finding => ({
  subject,
  verdict: 'bad',
  found,
  todo,
});
