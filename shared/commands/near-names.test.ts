import { expect, it } from 'vitest';
import { nearest } from './near-names.js';

it('gives the names that are nearly the same, the nearest first', () => {
  const known = ['orders', 'order', 'border', 'invoices'];
  expect(nearest('ordr', known, 2)).toEqual(['order', 'orders', 'border']);
  expect(nearest('orders', known, 0)).toEqual(['orders']);
  expect(nearest('flights', known, 3)).toEqual([]);
});
