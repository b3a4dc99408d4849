import { expect, test } from 'vitest';
import { compareCase } from './compare-case.js';
import { corpusNames, readCase } from './corpus.js';

/** Documents that ask for what the importer refuses, with the words that name it. */
const refused: Readonly<Record<string, string>> = {
  'classification-three-cloglog': 'normalizationMethod="cloglog" is not understood for more than two classes',
  'functions-strings-more': 'is not understood',
  'functions-validity': 'the function "isValid" is not understood',
  'mining-class-median': 'multipleModelMethod="median" of classes needs an odd number of models that all count',
  'sklearn-ruleset': 'RuleSetModel: this kind of model is not understood',
  'tree-missing-aggregatenodes': 'missingValueStrategy="aggregateNodes" is not understood',
  'tree-missing-aggregatenodes-last': 'missingValueStrategy="aggregateNodes" is not understood',
  'tree-missing-weightedconfidence': 'missingValueStrategy="weightedConfidence" is not understood',
  'tree-missing-weightedconfidence-last': 'missingValueStrategy="weightedConfidence" is not understood',
};

test.each(corpusNames())('%s', async (name) => {
  const { pmml, rows, answers } = readCase(name);
  const { refusal, differences, stricter, largestDifference } = await compareCase(name, pmml, rows, answers);
  expect(refusal ?? 'not refused').toContain(refused[name] ?? 'not refused');
  expect([...differences, ...stricter]).toEqual([]);
  // The runtime gives sums over trees in float32; everything else is computed in doubles.
  expect(largestDifference).toBeLessThan(pmml.includes('<TreeModel') ? 1e-6 : 1e-11);
});
