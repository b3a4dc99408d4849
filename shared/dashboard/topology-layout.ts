import { type EdgeLabel, Graph, type GraphLabel, layout, type NodeLabel } from '@dagrejs/dagre';
import type { DrawnBox, DrawnFrame, DrawnLink, PipelineDrawing, Rectangle } from './page/pipeline-state.js';
import { PAGE, type PipelineBox, type PipelineGraph, type PipelineLink, PRODUCER } from './pipeline-boxes.js';
import { type Point, pathThrough, round, type Waypoint } from './pipeline-path.js';

/** Lengths of the drawing, whose type is 14.5 units high. */
const STEP_HEIGHT = 21;
const STORE_HEIGHT = 25;
const BOX_PADDING = 8;
const TOPIC_HEIGHT = 54;
const END_HEIGHT = 54;
const FRAME = { side: 14, top: 32, bottom: 12 };
const RAIL_GAP = 14;
const MARGIN = 6;
/** Stands behind all topics that are written where there is no page, and is not drawn. */
const END = 'end';
/** Where a figure stands on a line. */
const LABEL = { width: 50, height: 32 };

/**
 * Gives every box its place, from left to right as records go, and every link a way that crosses no box: dagre ranks and
 * orders them, ways run level beside the boxes of a column and bend between columns. Dead letters have a line of their own
 * below, to a topic among those that are written.
 */
export function layOut(graph: PipelineGraph): PipelineDrawing {
  const apart = draw(graph, false);
  // Parts lie behind each other, and topics beside them; only where that does not come by itself are they kept together.
  return areMixed(apart) ? draw(graph, true) : apart;
}

/** Whether the frame of a part holds something of another one. */
function areMixed({ frames, boxes }: PipelineDrawing): boolean {
  return frames.some((frame) =>
    [...boxes.filter(({ subTopology }) => subTopology !== frame.subTopology), ...frames].some(
      (other) => other !== frame && overlap(frame, other),
    ),
  );
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function draw({ boxes, links }: PipelineGraph, together: boolean): PipelineDrawing {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true, compound: together });
  graph.setGraph({ rankdir: 'LR', nodesep: 20, edgesep: 14, ranksep: 28, marginx: MARGIN, marginy: MARGIN });
  const partOf = new Map(boxes.map(({ id, subTopology }) => [id, subTopology]));
  for (const box of boxes) {
    graph.setNode(box.id, sizeOf(box));
    if (!together || box.subTopology === null) continue;
    graph.setNode(frameId(box.subTopology), { width: 0, height: 0 });
    graph.setParent(box.id, frameId(box.subTopology));
  }
  links.forEach((link, index) => {
    const figure = hasFigure(link) ? { ...LABEL, labelpos: 'c' as const } : { width: 0, height: 0 };
    graph.setEdge(link.from, link.to, { ...figure, weight: weightOf(link, partOf) }, String(index));
  });
  // All that is written outside stands in one column, also what no page reads.
  const end = boxes.some(({ id }) => id === PAGE) ? PAGE : END;
  if (end === END) graph.setNode(END, { width: 0, height: 0 });
  for (const { id } of boxes.filter((box) => isWrittenOnly(box, links))) {
    const isRead = links.some(({ from, to }) => from === id && to === PAGE);
    if (!isRead) graph.setEdge(id, end, { width: 0, height: 0, weight: 12 }, 'end');
  }
  layout(graph);

  const placed = new Map(boxes.map((box) => [box.id, { box, place: rectangleOf(graph.node(box.id)) }]));
  const columns = new Map<number, number>();
  for (const { place } of placed.values()) widen(columns, place.x + place.width / 2, place.width / 2);
  for (const edge of graph.edges()) {
    const { x, width = 0 } = graph.edge(edge);
    if (x !== undefined && width > 0) widen(columns, x, width / 2);
  }
  const drawnLinks = links.map((link, index): DrawnLink => {
    const edge = graph.edge(link.from, link.to, String(index));
    const [from, to] = [placed.get(link.from), placed.get(link.to)];
    if (from === undefined || to === undefined) throw new RangeError(`A link joins ${link.from} and ${link.to}.`);
    const between = (edge.points ?? [])
      .slice(1, -1)
      .map(({ x, y }: Point): Waypoint => ({ x, y, half: halfOf(columns, x) }));
    const ends = [leaving(from, link), arriving(to, link)] as const;
    const path = pathThrough(ends[0], between, ends[1]);
    const label = hasFigure(link) && edge.x !== undefined ? { x: round(edge.x), y: round(edge.y ?? 0) } : null;
    return { from: link.from, to: link.to, kind: link.kind, path, label, edges: link.edges };
  });
  return withDeadLetters(
    Array.from(placed.values(), ({ box, place }) => drawn(box, place)),
    drawnLinks,
    framesOf([...placed.values()]),
  );
}

interface Placed {
  readonly box: PipelineBox;
  readonly place: Rectangle;
}

function isWrittenOnly(
  { id, kind }: Pick<PipelineBox, 'id' | 'kind'>,
  links: readonly Pick<PipelineLink, 'from' | 'to'>[],
): boolean {
  return kind === 'topic' && !links.some(({ from, to }) => from === id && to !== PAGE);
}

/** How much a link wants to be short: topics lie beside whoever writes or reads them outside, operators by each other. */
function weightOf({ from, to, kind }: PipelineLink, partOf: ReadonlyMap<string, number | null>): number {
  if (from === PRODUCER || to === PAGE) return 12;
  if (kind === 'store') return 1;
  return partOf.get(from) === null || partOf.get(to) === null ? 3 : 8;
}

/** Records are counted on the ways of the topology, and from the producer to the main input. */
function hasFigure({ kind, to }: PipelineLink): boolean {
  return kind === 'flow' && to !== PAGE;
}

function sizeOf({ kind, title, steps, stores }: PipelineBox): { width: number; height: number } {
  // Roughly as wide as the letters of a text are; what is longer is pressed together where it is drawn.
  const text = (letters: number): number => letters * 7.3;
  switch (kind) {
    case 'operators': {
      // Beside a store's name stand its sign and how much is in it.
      const longest = Math.max(...steps.map(({ words }) => words.length), ...stores.map(({ length }) => length + 9));
      return {
        width: clamp(text(longest) + 24, 96, 240),
        height: 2 * BOX_PADDING + steps.length * STEP_HEIGHT + stores.length * STORE_HEIGHT,
      };
    }
    case 'producer':
    case 'page':
      return { width: 92, height: END_HEIGHT };
    default:
      return { width: clamp(title.length * 8.6 + 32, 134, 196), height: TOPIC_HEIGHT };
  }
}

/** Records leave a box at its last step, what is looked up at the store. */
function leaving({ box, place }: Placed, { store, toStep }: PipelineLink): Point {
  const x = place.x + place.width;
  if (box.kind !== 'operators') return { x, y: place.y + place.height / 2 };
  if (store !== undefined && toStep !== undefined) return { x, y: storeY({ box, place }, store) };
  return { x, y: place.y + BOX_PADDING + (box.steps.length - 0.5) * STEP_HEIGHT };
}

function storeY({ box: { steps, stores }, place }: Placed, store: string | undefined): number {
  const row = store === undefined ? 0 : Math.max(0, stores.indexOf(store));
  return place.y + BOX_PADDING + steps.length * STEP_HEIGHT + (row + 0.5) * STORE_HEIGHT;
}

function arriving({ box, place }: Placed, { toStep, store }: PipelineLink): Point {
  if (box.kind !== 'operators') return { x: place.x, y: place.y + place.height / 2 };
  if (toStep !== undefined) return { x: place.x, y: place.y + BOX_PADDING + (toStep + 0.5) * STEP_HEIGHT };
  return { x: place.x, y: storeY({ box, place }, store) };
}

function framesOf(placed: readonly Placed[]): DrawnFrame[] {
  const bySubTopology = new Map<number, Placed[]>();
  for (const each of placed) {
    const { subTopology } = each.box;
    if (subTopology !== null) bySubTopology.set(subTopology, [...(bySubTopology.get(subTopology) ?? []), each]);
  }
  return Array.from(bySubTopology, ([subTopology, members]) => {
    const x = Math.min(...members.map(({ place }) => place.x)) - FRAME.side;
    const y = Math.min(...members.map(({ place }) => place.y)) - FRAME.top;
    const right = Math.max(...members.map(({ place }) => place.x + place.width)) + FRAME.side;
    const bottom = Math.max(...members.map(({ place }) => place.y + place.height)) + FRAME.bottom;
    const isGlobal = members.every(({ box }) => box.isGlobal);
    return { subTopology, isGlobal, x, y, width: right - x, height: bottom - y };
  });
}

/** Adds the topic of dead letters below the topics that are written, and the ways to it from all that can fail. */
function withDeadLetters(
  boxes: readonly DrawnBox[],
  links: readonly DrawnLink[],
  frames: readonly DrawnFrame[],
): PipelineDrawing {
  const sinks = boxes.filter((each) => isWrittenOnly(each, links));
  const page = boxes.find(({ kind }) => kind === 'page');
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height), ...frames.map(({ y, height }) => y + height));
  const beside = sinks.toSorted((a, b) => b.x + b.width - (a.x + a.width))[0] ?? boxes.at(-1);
  const width = 136;
  const box: DrawnBox = {
    id: 'dead-letters',
    kind: 'dead-letters',
    title: 'dead letters',
    topic: '',
    isInternal: false,
    subTopology: null,
    steps: [],
    stores: [],
    x: round(beside === undefined ? MARGIN : beside.x + (beside.width - width) / 2),
    y: round(bottom + RAIL_GAP),
    width,
    height: TOPIC_HEIGHT,
  };
  const rail = box.y + box.height / 2;
  const figures = links.flatMap(({ label }) =>
    label === null ? [] : [{ x: label.x - LABEL.width / 2, y: label.y - LABEL.height, ...LABEL }],
  );
  const ways = frames
    .filter(({ isGlobal }) => !isGlobal)
    .map((frame, index): DrawnLink => {
      const x = round(wayDown(frame, [...boxes, ...figures]));
      return {
        from: `frame ${frame.subTopology}`,
        to: box.id,
        kind: 'dead-letters',
        path: `M${x} ${round(frame.y + frame.height)}V${rail - 8}Q${x} ${rail} ${x + 8} ${rail}H${box.x}`,
        label: index === 0 ? { x: box.x - 60, y: rail } : null,
        edges: [],
      };
    });
  const shown: DrawnLink[] =
    page === undefined
      ? []
      : [
          {
            from: box.id,
            to: PAGE,
            kind: 'dead-letters',
            path: `M${box.x + box.width} ${rail}H${page.x + page.width / 2 - 8}Q${page.x + page.width / 2} ${rail} ${page.x + page.width / 2} ${rail - 8}V${page.y + page.height}`,
            label: null,
            edges: [],
          },
        ];
  const all = [...boxes, box];
  const corner = (side: 'x' | 'y'): number => Math.min(...[...all, ...frames].map((each) => each[side])) - MARGIN;
  const [x, y] = [round(corner('x')), round(corner('y'))];
  const right = Math.max(...[...all, ...frames].map((each) => each.x + each.width)) + MARGIN;
  return {
    x,
    y,
    width: round(right - x),
    height: round(box.y + box.height + MARGIN - y),
    frames: frames.map((frame) => ({ ...frame, ...rounded(frame) })),
    boxes: all,
    links: [...links, ...ways, ...shown],
  };
}

/** Where a line down from a frame meets nothing that is to be read: near its middle. */
function wayDown({ x, y, width, height }: Rectangle, below: readonly Rectangle[]): number {
  const isFree = (at: number): boolean =>
    !below.some((each) => each.y + each.height > y + height && each.x - 8 < at && at < each.x + each.width + 8);
  const middle = x + width / 2;
  const tries = [0, 0.1, -0.1, 0.2, -0.2, 0.3, -0.3, 0.4, -0.4].map((share) => middle + share * width);
  return tries.find(isFree) ?? middle;
}

function drawn(
  { id, kind, title, topic, isInternal, subTopology, steps, stores }: PipelineBox,
  place: Rectangle,
): DrawnBox {
  return { id, kind, title, topic, isInternal, subTopology, steps, stores, ...rounded(place) };
}

function rounded({ x, y, width, height }: Rectangle): Rectangle {
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

function rectangleOf({ x = 0, y = 0, width, height }: NodeLabel): Rectangle {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

const frameId = (subTopology: number): string => `frame ${subTopology}`;

/** Columns are told apart by their middle. */
const middle = (x: number): number => Math.round(x);

function widen(columns: Map<number, number>, x: number, half: number): void {
  columns.set(middle(x), Math.max(columns.get(middle(x)) ?? 0, half));
}

function halfOf(columns: ReadonlyMap<number, number>, x: number): number {
  return columns.get(middle(x)) ?? 0;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
