export const HUB_RADIUS = 29;
/** How far a name of three letters reaches from its place, and how high it is. */
const [FROM, TO, HEIGHT] = [5, 30, 11];
const DOT_RADIUS = 2.5;

/** On which side of its place a city's name is written. */
export type NameSide = 'right' | 'left';

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly height: number;
}

/** Right where it is free, else left; a name that would lie over the edge, a hub, another place or an earlier name is not written. */
export function nameSides(
  cities: readonly (Point & { readonly to: string })[],
  hubs: readonly Point[],
  width: number,
): Map<string, NameSide> {
  const taken = [...hubs.map((hub) => around(hub, HUB_RADIUS)), ...cities.map((city) => around(city, DOT_RADIUS))];
  const sides = new Map<string, NameSide>();
  for (const { to, x, y } of cities) {
    const boxes: readonly (readonly [NameSide, Box])[] = [
      ['right', { left: x + FROM, right: x + TO, y, height: HEIGHT }],
      ['left', { left: x - TO, right: x - FROM, y, height: HEIGHT }],
    ];
    const free = boxes.find(
      ([, box]) => box.left >= 0 && box.right <= width && !taken.some((other) => overlap(box, other)),
    );
    if (free === undefined) continue;
    sides.set(to, free[0]);
    taken.push(free[1]);
  }
  return sides;
}

const around = ({ x, y }: Point, radius: number): Box => ({
  left: x - radius,
  right: x + radius,
  y,
  height: 2 * radius,
});

const overlap = (one: Box, other: Box): boolean =>
  one.left < other.right && other.left < one.right && Math.abs(one.y - other.y) < (one.height + other.height) / 2;
