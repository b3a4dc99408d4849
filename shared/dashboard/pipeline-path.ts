export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A point in a column of boxes or figures, where a line runs level over the width of the column. */
export interface Waypoint extends Point {
  /** Half of the column's width. */
  readonly half: number;
}

/**
 * The `d` of an SVG path from left to right: level over the columns that it passes, so that it cuts no box there, and
 * curved in the gaps between them. Where it ends left of where it begins, it goes straight from point to point.
 */
export function pathThrough(from: Point, between: readonly Waypoint[], to: Point): string {
  if (to.x <= from.x) return [`M${at(from)}`, ...[...between, to].map((point) => `L${at(point)}`)].join('');
  let here = from;
  const parts = [`M${at(from)}`];
  for (const { x, y, half } of between) {
    const enters = Math.max(x - half, here.x);
    parts.push(bend(here, { x: enters, y }));
    here = { x: Math.max(x + half, enters), y };
    if (here.x > enters) parts.push(`H${round(here.x)}`);
  }
  parts.push(bend(here, to));
  return parts.join('');
}

function bend(from: Point, to: Point): string {
  if (round(from.y) === round(to.y)) return round(from.x) === round(to.x) ? '' : `H${round(to.x)}`;
  const middle = (from.x + to.x) / 2;
  return `C${at({ x: middle, y: from.y })} ${at({ x: middle, y: to.y })} ${at(to)}`;
}

const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;

/** A tenth of a unit is finer than a screen. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
