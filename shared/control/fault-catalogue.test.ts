import { expect, it } from 'vitest';
import { faultCatalogue, faultNames, faultOf, isFaultName } from './fault-catalogue.js';

it('has each fault once, in the order of their names', () => {
  expect(faultCatalogue.map(({ name }) => name)).toEqual(faultNames);
  expect(faultNames.map((name) => faultOf(name).name)).toEqual(faultNames);
});

it('gives each a title, an alert and a place that no other one has: they can be told apart', () => {
  for (const key of ['title', 'alert', 'panel', 'sentence'] as const) {
    expect(new Set(faultCatalogue.map((fault) => fault[key])).size).toBe(faultNames.length);
  }
});

it('says all in whole sentences', () => {
  for (const { sentence, recovers, exactness } of faultCatalogue) {
    for (const text of [sentence, recovers, exactness]) expect(text).toMatch(/^[A-Z].*\.$/);
  }
});

it('knows the name of a fault from other texts', () => {
  expect(['drift', 'Drift', 'toString', ''].map(isFaultName)).toEqual([true, false, false, false]);
});
