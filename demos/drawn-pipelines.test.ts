import { describe, expect, it } from 'vitest';
import { drawPipeline, parseTopologyText } from '#shared/dashboard';
import { type BatchScorer, StreamsBuilder } from '#shared/streams';
import * as churn from './churn/scorer.js';
import * as flightDelay from './flight-delay/scorer.js';
import * as telcoAnomaly from './telco-anomaly/scorer.js';
import * as titanic from './titanic/scorer.js';

const noModel: BatchScorer<object> = { name: 'none', version: '0', score: () => Promise.resolve([]) };
const demos = [
  { demo: 'churn', ...churn },
  { demo: 'flight-delay', ...flightDelay },
  { demo: 'telco-anomaly', ...telcoAnomaly },
  { demo: 'titanic', ...titanic },
];

type Drawing = ReturnType<typeof drawPipeline>;
type Rectangle = Pick<Drawing, 'x' | 'y' | 'width' | 'height'>;
type Point = readonly [x: number, y: number];

/** Points on a path that is made of M, L, H, V, C and Q with absolute coordinates, close to each other. */
function pointsOn(path: string): Point[] {
  const points: Point[] = [];
  let [x, y] = [0, 0];
  for (const [, command = '', given = ''] of path.matchAll(/([MLHVCQ])([-\d. ]+)/g)) {
    const numbers = given.trim().split(' ').map(Number);
    const [a = 0, b = 0] = numbers;
    const target: Point =
      command === 'H' ? [a, y] : command === 'V' ? [x, a] : [numbers.at(-2) ?? a, numbers.at(-1) ?? b];
    const control: Point[] = [];
    for (let at = 0; at + 3 < numbers.length; at += 2) control.push([numbers[at] ?? 0, numbers[at + 1] ?? 0]);
    const all: Point[] = [[x, y], ...control, target];
    for (let step = command === 'M' ? 40 : 1; step <= 40; step += 1) points.push(bezier(all, step / 40));
    [x, y] = target;
  }
  return points;
}

function bezier(points: readonly Point[], share: number): Point {
  const [first, ...others] = points;
  if (first === undefined || others.length === 0) return first ?? [0, 0];
  const next = others.map(([x, y], at): Point => {
    const [fromX, fromY] = points[at] ?? [0, 0];
    return [fromX + (x - fromX) * share, fromY + (y - fromY) * share];
  });
  return bezier(next, share);
}

const isInside = ([x, y]: Point, box: Rectangle, by: number): boolean =>
  x > box.x + by && x < box.x + box.width - by && y > box.y + by && y < box.y + box.height - by;

const overlaps = (a: Rectangle, b: Rectangle): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function everyPair<T>(all: readonly T[], take: (a: T, b: T) => void): void {
  all.forEach((a, at) => {
    for (const b of all.slice(at + 1)) take(a, b);
  });
}

describe.each(
  demos.flatMap((each) => [
    { ...each, reads: 'all that is written' },
    { ...each, reads: 'predictions alone' },
    { ...each, reads: 'nothing' },
  ]),
)('the pipeline of $demo, drawn for a page that reads $reads', ({ demo, buildTopology, reads }) => {
  const builder = new StreamsBuilder();
  buildTopology(builder, noModel);
  const built = builder.build();
  const topology = parseTopologyText(built.describe());
  const written = built.sinkTopics.map(({ name }) => name);
  const isRead = (name: string): boolean =>
    reads === 'all that is written' || (reads === 'predictions alone' && name.endsWith('.predictions'));
  const shown = new Set(written.filter(isRead));
  const drawing = drawPipeline(topology, { demo, shown });
  const { boxes, frames, links } = drawing;
  const figures = links.flatMap(({ label, from, to }) =>
    label === null ? [] : [{ of: `${from} → ${to}`, x: label.x - 20, y: label.y - 20, width: 40, height: 17 }],
  );

  it('is read from its text, node by node', () => {
    expect(topology.nodes.map(({ name }) => name)).toEqual(
      built.nodes.map(({ name }) => name).toSorted(inText(topology)),
    );
    const edges = built.nodes.reduce((sum, node) => sum + (node.kind === 'sink' ? 0 : node.children.length), 0);
    expect(topology.edges).toHaveLength(edges);
  });

  it('has every operator in one box, every store at one, every topic once, and every edge between boxes on one line', () => {
    const operators = topology.nodes.flatMap(({ kind, name }) => (kind === 'processor' ? [name] : []));
    expect(boxes.flatMap(({ steps }) => steps.map(({ name }) => name)).toSorted()).toEqual(operators.toSorted());
    const stores = [...new Set(topology.nodes.flatMap((node) => node.stores))];
    expect(boxes.flatMap((box) => box.stores).toSorted()).toEqual(stores.toSorted());
    const topics = new Set(topology.nodes.flatMap((node) => node.topics));
    expect(boxes.flatMap(({ topic }) => (topic === '' ? [] : [topic])).toSorted()).toEqual([...topics].toSorted());
    const drawn = links.flatMap((link) => link.edges);
    expect(new Set(drawn).size).toBe(drawn.length);
    const boxOf = (node: number): string | undefined =>
      boxes.find(
        ({ steps, topic }) => steps.some((step) => step.node === node) || topology.nodes[node]?.topics[0] === topic,
      )?.id;
    const between = topology.edges.flatMap(({ from, to }, edge) => (boxOf(from) === boxOf(to) ? [] : [edge]));
    expect(drawn.toSorted((a, b) => a - b)).toEqual(between);
  });

  it('has boxes and figures that lie apart, within the picture', () => {
    everyPair([...boxes, ...figures], (a, b) => expect(overlaps(a, b), JSON.stringify([a, b])).toBe(false));
    for (const each of [...boxes, ...frames, ...figures]) {
      expect(each.x).toBeGreaterThanOrEqual(drawing.x);
      expect(each.y).toBeGreaterThanOrEqual(drawing.y);
      expect(each.x + each.width).toBeLessThanOrEqual(drawing.x + drawing.width);
      expect(each.y + each.height).toBeLessThanOrEqual(drawing.y + drawing.height);
    }
    everyPair(frames, (a, b) => expect(overlaps(a, b)).toBe(false));
    const outside = boxes.filter(({ subTopology }) => subTopology === null);
    for (const frame of frames) expect(outside.filter((each) => overlaps(frame, each)).map(({ id }) => id)).toEqual([]);
  });

  it('has no line through a box, a figure or what a frame is called', () => {
    const titles = frames.map(({ x, y, subTopology }) => ({
      id: `frame ${subTopology}`,
      x: x + 8,
      y: y + 6,
      width: 200,
      height: 20,
    }));
    const inTheWay = [...boxes, ...titles, ...figures.map((figure) => ({ id: figure.of, ...figure }))];
    const crossings = links.flatMap(({ from, to, path }) => {
      const points = pointsOn(path);
      const crossed = inTheWay.filter((each) => points.some((point) => isInside(point, each, 1)));
      return crossed.map(({ id }) => `${from} → ${to} through ${id}`);
    });
    expect(crossings).toEqual([]);
  });
});

function inText({ nodes }: ReturnType<typeof parseTopologyText>): (a: string, b: string) => number {
  const place = new Map(nodes.map(({ name }, at) => [name, at]));
  return (a, b) => (place.get(a) ?? -1) - (place.get(b) ?? -1);
}
