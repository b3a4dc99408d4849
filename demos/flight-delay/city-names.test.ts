import { describe, expect, it } from 'vitest';
import { nameSides } from './page/city-names.js';

const hub = { x: 300, y: 100 };
const sidesOf = (...cities: readonly { to: string; x: number; y: number }[]): Record<string, string> =>
  Object.fromEntries(nameSides(cities, [hub], 1_000));

describe("a city's name on the map", () => {
  it('stands to the right of its place', () => {
    expect(sidesOf({ to: 'DEN', x: 100, y: 100 })).toEqual({ DEN: 'right' });
  });

  it('stands to the left where it would be cut, or would lie over an airport of New York, another place or another name', () => {
    expect(sidesOf({ to: 'SJU', x: 988, y: 500 })).toEqual({ SJU: 'left' });
    expect(sidesOf({ to: 'BDL', x: 260, y: 80 })).toEqual({ BDL: 'left' });
    expect(sidesOf({ to: 'ORD', x: 100, y: 100 }, { to: 'MDW', x: 115, y: 103 })).toEqual({
      ORD: 'left',
      MDW: 'right',
    });
    expect(sidesOf({ to: 'BOS', x: 100, y: 100 }, { to: 'PVD', x: 90, y: 108 })).toEqual({ BOS: 'right', PVD: 'left' });
  });

  it('is left out where neither side is free', () => {
    const [iad, dca] = [
      { to: 'IAD', x: 70, y: 100 },
      { to: 'DCA', x: 130, y: 100 },
    ];
    expect(sidesOf(dca, iad, { to: 'BWI', x: 100, y: 103 })).toEqual({ DCA: 'right', IAD: 'left' });
  });
});
