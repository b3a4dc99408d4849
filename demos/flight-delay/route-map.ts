import { csvRows } from '#shared/commands';
import { projectFile } from '#shared/project-file';

/** The picture's size; the land takes its left part, New York, enlarged, lies in the Atlantic. */
export const MAP = { width: 1_000, height: 560 } as const;
const LAND = { left: 16, top: 14, width: 850 };
const NEW_YORK = { x: 904, y: 190, latitude: 40.703, longitude: -73.94, pixelsADegree: 450 };
/** The three whose flights these are, and what people call them. */
export const NAMES: Readonly<Record<string, string>> = { EWR: 'Newark', LGA: 'LaGuardia', JFK: 'Kennedy' };

interface Place {
  readonly x: number;
  readonly y: number;
  readonly city: string;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const [SOUTH, NORTH] = [Math.sin(radians(29.5)), Math.sin(radians(45.5))];
const CONE = (SOUTH + NORTH) / 2;
const C = 1 - SOUTH ** 2 + 2 * CONE * SOUTH;

/** Albers' equal-area conic projection with the parallels of the contiguous states; x to the east, y to the south. */
function albers(latitude: number, longitude: number): readonly [x: number, y: number] {
  const radius = Math.sqrt(C - 2 * CONE * Math.sin(radians(latitude))) / CONE;
  const angle = CONE * radians(longitude + 96);
  return [radius * Math.sin(angle), radius * Math.cos(angle)];
}

const outline = Array.from(csvRows(projectFile('datasets/airports/outline.csv')), (row) => ({
  ring: row('ring'),
  at: albers(Number(row('latitude')), Number(row('longitude'))),
}));
const [west, east] = [Math.min, Math.max].map((most) => most(...outline.map(({ at: [x] }) => x))) as [number, number];
const north = Math.min(...outline.map(({ at: [, y] }) => y));
const scale = LAND.width / (east - west);
const onMap = ([x, y]: readonly [number, number]): readonly [number, number] => [
  Math.round(LAND.left + (x - west) * scale),
  Math.round(LAND.top + (y - north) * scale),
];

/** The land as the path of an SVG. */
export const land: string = [...new Set(outline.map(({ ring }) => ring))]
  .map((ring) => outline.filter((point) => point.ring === ring).map(({ at }) => onMap(at).join(' ')))
  .map((points) => `M${points.join('L')}Z`)
  .join('');

/** Where each airport is drawn: at its place; what lies beyond the edge, as Honolulu does, at the edge. */
export const places: ReadonlyMap<string, Place> = new Map(
  Array.from(csvRows(projectFile('datasets/airports/airports.csv')), (row) => {
    const [latitude, longitude] = [Number(row('latitude')), Number(row('longitude'))];
    const [x, y] = row('code') in NAMES ? inNewYork(latitude, longitude) : onMap(albers(latitude, longitude));
    const within = (value: number, size: number): number => Math.max(12, Math.min(size - 12, value));
    return [row('code'), { x: within(x, MAP.width), y: within(y, MAP.height), city: row('city') }];
  }),
);

export const pointOf = (airport: string): { readonly x: number; readonly y: number } => {
  const { x = 0, y = 0 } = places.get(airport) ?? {};
  return { x, y };
};

function inNewYork(latitude: number, longitude: number): readonly [number, number] {
  const { x, y, pixelsADegree } = NEW_YORK;
  const east = (longitude - NEW_YORK.longitude) * Math.cos(radians(NEW_YORK.latitude));
  return [Math.round(x + east * pixelsADegree), Math.round(y - (latitude - NEW_YORK.latitude) * pixelsADegree)];
}
