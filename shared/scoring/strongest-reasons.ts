import type { Reason } from '#shared/streams';

/** A row has so many reasons at most. */
const MOST_REASONS = 5;

/**
 * The strongest contributions of a row, the strongest first, those that did nothing left out. Only these become objects:
 * a model of twenty inputs would make twenty for each row.
 */
export function strongestReasons(
  contributions: Float32Array | Float64Array,
  nameOf: (column: number) => string,
  most = MOST_REASONS,
): Reason[] {
  const chosen: number[] = [];
  for (let column = 0; column < contributions.length; column += 1) {
    const size = sizeAt(contributions, column);
    if (!(size > 0)) continue;
    let place = chosen.length;
    while (place > 0 && sizeAt(contributions, chosen[place - 1] ?? 0) < size) place -= 1;
    if (place >= most) continue;
    if (chosen.length === most) chosen.pop();
    chosen.splice(place, 0, column);
  }
  return chosen.map((column) => ({ name: nameOf(column), contribution: contributions[column] ?? 0 }));
}

function sizeAt(contributions: Float32Array | Float64Array, column: number): number {
  return Math.abs(contributions[column] ?? 0);
}
