import { setText } from './dom.js';
import { rate } from './format.js';
import { PipelineBoxView } from './pipeline-box.js';
import type { DrawnFrame, DrawnLink, PipelineDrawing, PipelineState } from './pipeline-state.js';
import { makeSvg, makeSvgText, setAttribute } from './svg.js';

/** Arrow heads by what a line is. */
const arrows = ['flow', 'idle', 'stuck', 'store', 'letters'] as const;

/** One unit of the drawing is at most, and at least, so wide. */
const [mostRem, leastRem] = [0.105, 0.046];

interface LinkView {
  readonly link: DrawnLink;
  readonly root: SVGGElement;
  readonly line: SVGPathElement;
  readonly stream: SVGPathElement;
  readonly figure: SVGTextElement | undefined;
}

interface FrameView {
  readonly frame: DrawnFrame;
  readonly root: SVGGElement;
  readonly title: SVGTextElement;
}

/** The drawing: built when the topology changes, and then told how much flows, waits and fails. */
export class PipelinePicture {
  readonly svg = makeSvg('svg', { class: 'pipeline-picture', role: 'group', 'aria-label': 'The pipeline, box by box' });
  readonly #onChosen: (box: string) => void;
  #drawn = '';
  #boxes: readonly PipelineBoxView[] = [];
  #links: readonly LinkView[] = [];
  #frames: readonly FrameView[] = [];

  /** `onChosen` is told of a box that is gone to or pressed. */
  constructor(onChosen: (box: string) => void) {
    this.#onChosen = onChosen;
  }

  update(state: PipelineState & { readonly drawing: PipelineDrawing }, chosen: string | undefined): void {
    const { drawing } = state;
    const drawn = JSON.stringify([drawing.boxes, drawing.links.length]);
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#build(drawing);
    }
    for (const box of this.#boxes) {
      box.update(state);
      setAttribute(box.root, 'aria-pressed', String(box.box.id === chosen));
    }
    for (const [at, view] of this.#links.entries()) updateLink(view, state, state.flows[at] ?? null);
    for (const view of this.#frames) updateFrame(view, state, this.#frames.length);
  }

  #build({ x, y, width, height, boxes, links, frames }: PipelineDrawing): void {
    setAttribute(this.svg, 'viewBox', `${x} ${y} ${width} ${height}`);
    this.svg.style.maxWidth = `${width * mostRem}rem`;
    this.svg.style.minWidth = `${width * leastRem}rem`;
    this.svg.style.minHeight = `${height * leastRem}rem`;
    this.#frames = frames.map(makeFrame);
    this.#links = links.map(makeLink);
    this.#boxes = boxes.map((box) => new PipelineBoxView(box));
    for (const { root, box } of this.#boxes) this.#listen(root, box.id);
    // What the table says in words is not read out line by line.
    const [frameLayer, linkLayer] = [makeSvg('g', { 'aria-hidden': 'true' }), makeSvg('g', { 'aria-hidden': 'true' })];
    frameLayer.append(...this.#frames.map(({ root }) => root));
    linkLayer.append(...this.#links.map(({ root }) => root));
    const boxLayer = makeSvg('g');
    boxLayer.append(...this.#boxes.map(({ root }) => root));
    this.svg.replaceChildren(makeArrows(), frameLayer, linkLayer, boxLayer);
    // Texts have a length once they are seen.
    requestAnimationFrame(() => {
      for (const box of this.#boxes) box.pressTexts();
    });
  }

  #listen(root: SVGGElement, id: string): void {
    root.addEventListener('focus', () => this.#onChosen(id));
    root.addEventListener('click', () => this.#onChosen(id));
    root.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      this.#onChosen(id);
    });
  }
}

function makeArrows(): SVGDefsElement {
  const defs = makeSvg('defs');
  for (const kind of arrows) {
    const marker = makeSvg('marker', {
      id: `pipeline-arrow-${kind}`,
      class: `arrow ${kind}`,
      viewBox: '0 0 10 10',
      refX: 9,
      refY: 5,
      markerWidth: 10,
      markerHeight: 10,
      markerUnits: 'userSpaceOnUse',
      orient: 'auto',
    });
    marker.append(makeSvg('path', { d: 'M0 0.5L10 5L0 9.5Z' }));
    defs.append(marker);
  }
  return defs;
}

function makeLink(link: DrawnLink): LinkView {
  const root = makeSvg('g');
  const line = makeSvg('path', { class: 'line', d: link.path });
  // What moves along the line, where one may have things move.
  const stream = makeSvg('path', { class: 'stream', d: link.path });
  root.append(line, stream);
  const figure = link.label === null ? undefined : makeSvgText('', { class: 'rate', x: link.label.x, y: link.label.y });
  if (figure !== undefined) root.append(figure);
  return { link, root, line, stream, figure };
}

function updateLink({ link, root, line, stream, figure }: LinkView, state: PipelineState, flow: number | null): void {
  const kind = kindOf(link, state, flow);
  const width = link.kind === 'store' ? 1.5 : 1.5 + 1.5 * Math.log10(1 + (flow ?? 0));
  setAttribute(root, 'class', `link ${kind}`);
  setAttribute(line, 'stroke-width', width.toFixed(1));
  setAttribute(stream, 'stroke-width', Math.max(1, width - 2.5).toFixed(1));
  setAttribute(line, 'marker-end', `url(#pipeline-arrow-${kind})`);
  if (figure === undefined) return;
  setAttribute(figure, 'dy', (-5 - width / 2).toFixed(1));
  setText(figure, flow === null ? '' : `${flow < 10_000 ? rate(flow) : `${rate(flow / 1_000)} k`}/s`);
}

function kindOf({ kind, from }: DrawnLink, { waiting, deadLetters }: PipelineState, flow: number | null): string {
  if (kind === 'store') return 'store';
  if (kind === 'dead-letters') return (deadLetters.perSecond ?? 0) > 0 ? 'letters' : 'idle';
  if (waiting[from]?.isStuck === true) return 'stuck';
  return flow === 0 ? 'idle' : 'flow';
}

function makeFrame(frame: DrawnFrame): FrameView {
  const { x, y, width, height } = frame;
  const root = makeSvg('g');
  // Others of its kind behind it, where several scorers share the work.
  for (const behind of [12, 6]) {
    root.append(makeSvg('rect', { class: `behind by-${behind}`, x: x + behind, y: y - behind, width, height, rx: 10 }));
  }
  const title = makeSvgText('', { class: 'frame-title', x: x + 14, y: y + 22 });
  root.append(makeSvg('rect', { class: 'ground', x, y, width, height, rx: 10 }), title);
  return { frame, root, title };
}

function updateFrame({ frame, root, title }: FrameView, { scorers, tasks }: PipelineState, frames: number): void {
  const heard = scorers.filter(({ silentSeconds }) => silentSeconds === null).length;
  const several = heard > 2 ? ' three' : heard === 2 ? ' two' : '';
  setAttribute(root, 'class', `frame${heard === 0 ? ' silent' : several}`);
  const own = tasks[frame.subTopology];
  const part = frames === 1 ? '' : `Sub-topology ${frame.subTopology} · `;
  const who = heard === 0 ? 'no scorer heard' : heard === 1 ? '1 scorer' : `${heard} scorers`;
  if (frame.isGlobal) setText(title, `${part}global table, whole in each scorer`);
  else setText(title, `${part}${who}${own === undefined ? '' : ` · ${own} ${own === 1 ? 'task' : 'tasks'}`}`);
}
