import { describe, expect, it } from 'vitest';
import { parseModelCard } from './model-card.js';
import { inputProfiles } from './profile.js';

const card = (profile: unknown) =>
  parseModelCard(
    JSON.stringify({
      name: 'trains-glm',
      version: '1',
      task: 'binary',
      inputs: [
        { name: 'distance', type: 'number' },
        { name: 'carrier', type: 'string' },
        { name: 'last', type: 'number', shape: [7] },
      ],
      output: { tensor: 'p' },
      profile,
    }),
    'model.json',
  );

function profilesOf(profile: unknown) {
  const notices: string[] = [];
  const profiles = inputProfiles(card(profile), (sentence) => notices.push(sentence));
  return { profiles, notices };
}

describe('inputProfiles', () => {
  it('places numbers in bins that begin with their lower edge, then others, then missing ones', () => {
    const { profiles } = profilesOf({ distance: { edges: [10, 20.5], shares: [0.2, 0.5, 0.2], missing: 0.1 } });
    const [distance] = profiles;
    expect(distance?.expected).toEqual([0.2, 0.5, 0.2, 0, 0.1]);
    expect(distance?.labels).toEqual(['below 10', '10 to 20.5', '20.5 and more', 'other', 'missing']);
    const values = [-3, 9.99, 10, 20.4, 20.5, 1e9, 30n, true, 'far', Number.NaN, null, undefined, ''];
    expect(values.map((value) => distance?.placeOf(value))).toEqual([0, 0, 1, 1, 2, 2, 2, 0, 3, 4, 4, 4, 4]);
  });

  it('places texts by category, then others, then missing ones', () => {
    const { profiles } = profilesOf({ carrier: { categories: { UA: 0.6, B6: 0.3 }, other: 0.1, missing: 0 } });
    expect(profiles[0]?.expected).toEqual([0.6, 0.3, 0.1, 0]);
    expect(profiles[0]?.labels).toEqual(['UA', 'B6', 'other', 'missing']);
    expect(['B6', 'UA', 'XX', '', null].map((value) => profiles[0]?.placeOf(value))).toEqual([1, 0, 2, 3, 3]);
  });

  it('has none where the card has none, and none of sequences and of what is no input', () => {
    const bins = { edges: [1], shares: [0.5, 0.5] };
    expect(profilesOf(undefined)).toEqual({ profiles: [], notices: [] });
    expect(profilesOf({ last: bins, weight: bins })).toEqual({ profiles: [], notices: [] });
  });

  it.each([
    [
      'none',
      'The drift of inputs is not measured: the profile in the card of trains-glm is wrong Invalid input: expected record, received string.',
    ],
    [
      { distance: { edges: [1, 2], shares: [0.5, 0.5] } },
      'The drift of "distance" is not measured: the profile in the card of trains-glm is wrong there must be one share more than edges.',
    ],
    [
      { distance: { edges: [2, 1], shares: [0.5, 0.5, 0] } },
      'The drift of "distance" is not measured: the profile in the card of trains-glm is wrong edges must ascend.',
    ],
    [
      { carrier: { categories: { UA: 2 } } },
      'The drift of "carrier" is not measured: the profile in the card of trains-glm is wrong at "categories.UA": Too big: expected number to be <=1.',
    ],
  ])('says what is wrong with a profile, and scores all the same: %j', (profile, says) => {
    expect(profilesOf(profile)).toEqual({ profiles: [], notices: [says] });
  });
});
