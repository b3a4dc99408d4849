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
  for (const { sentence, unless = 'Never.', recovers, exactness } of faultCatalogue) {
    for (const text of [sentence, unless, recovers, exactness]) expect(text).toMatch(/^[A-Z].*\.$/);
  }
});

it('knows the name of a fault from other texts', () => {
  expect(['drift', 'Drift', 'toString', ''].map(isFaultName)).toEqual([true, false, false, false]);
});

it('says where an alert that fires by a fault does not come, and what comes in its place', () => {
  const unless = new Map(faultCatalogue.flatMap(({ name, unless: where }) => (where ? [[name, where]] : [])));
  expect([...unless.keys()]).toEqual(['late-data', 'drift', 'killed-scorer', 'bad-model']);
  expect(unless.get('killed-scorer')).toContain('ScorerSilent');
  expect(faultOf('killed-scorer').also).toContain('ScorerSilent');
});
