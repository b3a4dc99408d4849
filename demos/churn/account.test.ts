import { expect, it } from 'vitest';
import { checked } from './account.js';
import { billOf } from './features.js';
import { rows, totalsOf } from './rows.js';
import type { CustomerEvent } from './topics.js';

it.each([
  { kind: 'video', seconds: 1 },
  { kind: 'day' },
  { kind: 'day', seconds: '60' },
  { kind: 'day', seconds: 0.5 },
])('is not changed by what somebody else wrote by another schema: %j', (fields) => {
  // What such a record says is not what the topic's type says.
  const event = { id: 'E1', customerId: 'C1', eventTime: 0, ...fields } as unknown as CustomerEvent;
  expect(() => checked(event)).toThrow(/^The event E1 is of the kind (video|day) and took /);
});

it('is billed as the data are, of which each of four charges is rounded', () => {
  for (const row of rows()) {
    const charges = ['Day', 'Eve', 'Night', 'Intl'].map((period) => Number(row(`total${period}Charge`)));
    expect(Math.abs(billOf(totalsOf(row)) - charges.reduce((sum, charge) => sum + charge, 0))).toBeLessThan(0.026);
  }
});
