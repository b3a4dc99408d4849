const svg = 'http://www.w3.org/2000/svg';

/** A rectangle in the window. */
export type Box = Pick<DOMRect, 'left' | 'top' | 'right' | 'bottom'>;

/** An arrow over the page, from one element to another. */
export class GuideArrow {
  readonly root = document.createElementNS(svg, 'svg');
  readonly #line = document.createElementNS(svg, 'path');
  readonly #head = document.createElementNS(svg, 'path');

  constructor() {
    this.root.setAttribute('class', 'guide-arrow');
    this.root.setAttribute('aria-hidden', 'true');
    this.root.append(this.#line, this.#head);
    this.#line.setAttribute('class', 'line');
    this.#head.setAttribute('class', 'head');
  }

  /** Points from a box to a target, or nowhere. */
  point(from: Box, to: Box | undefined): void {
    this.root.toggleAttribute('hidden', to === undefined);
    if (to === undefined) return;
    const target = nearest(to, middle(from));
    const start = nearest(from, target);
    const [dx, dy] = [target.x - start.x, target.y - start.y];
    const length = Math.hypot(dx, dy);
    // Side by side there is no room for an arrow, and no need of one.
    if (length < 12) {
      this.root.toggleAttribute('hidden', true);
      return;
    }
    const [ux, uy] = [dx / length, dy / length];
    const base = { x: target.x - 14 * ux, y: target.y - 14 * uy };
    set(this.#line, `M${at(start)}L${at(base)}`);
    const left = { x: base.x - 8 * uy, y: base.y + 8 * ux };
    const right = { x: base.x + 8 * uy, y: base.y - 8 * ux };
    set(this.#head, `M${at(target)}L${at(left)}L${at(right)}Z`);
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const middle = ({ left, top, right, bottom }: Box): Point => ({ x: (left + right) / 2, y: (top + bottom) / 2 });

const nearest = ({ left, top, right, bottom }: Box, { x, y }: Point): Point => ({
  x: Math.min(right, Math.max(left, x)),
  y: Math.min(bottom, Math.max(top, y)),
});

const at = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

function set(path: SVGPathElement, shape: string): void {
  if (path.getAttribute('d') !== shape) path.setAttribute('d', shape);
}
