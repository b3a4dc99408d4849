import type { Frame } from './profile.js';

const WIDTH = 1_200;
const ROW = 18;
const TOP = 44;
const CHARACTER = 6.6;
/** Narrower than this nobody sees it. */
const LEAST = 0.4;

/** What a frame's colour tells, by where its code is. */
const kinds = [
  { title: "shared/wire, shared/kafka: Kafka's protocol", colour: '#7db3d8', of: /^shared\/(wire|kafka)\// },
  { title: 'shared/embedded', colour: '#a9a6e3', of: /^shared\/embedded\// },
  { title: 'shared/streams', colour: '#8fc49a', of: /^shared\/streams\// },
  { title: 'shared/schema, avsc', colour: '#d9c36a', of: /^(shared\/schema\/|avsc$)/ },
  { title: 'shared/scoring, onnxruntime', colour: '#e09a72', of: /^(shared\/scoring\/|onnxruntime)/ },
  { title: 'kafkajs', colour: '#c99ac9', of: /^kafkajs$/ },
  { title: 'Node and V8', colour: '#c8c8c8', of: /.*/ },
] as const;

/** A flame graph: what is above was called by what is below it, and is as wide as the time that was spent in it. */
export function flameGraph(root: Frame, title: string): string {
  const depth = depthOf(root);
  const height = TOP + (depth + 1) * ROW + 8;
  const boxes: string[] = [];
  const draw = (frame: Frame, x: number, level: number): void => {
    const width = (frame.ms / root.ms) * WIDTH;
    if (width < LEAST) return;
    boxes.push(boxOf(frame, { x, y: height - 8 - (level + 1) * ROW, width, share: frame.ms / root.ms }));
    let at = x;
    // By name: what belongs together in two graphs is at the same side.
    for (const called of [...frame.calls.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      draw(called, at, level + 1);
      at += (called.ms / root.ms) * WIDTH;
    }
  };
  draw(root, 0, 0);
  let end = 0;
  const legend = kinds.map(({ title: of, colour }) => {
    const x = Math.round(end);
    end += 16 + of.length * CHARACTER + 16;
    return `<rect x="${x}" y="24" width="12" height="12" fill="${colour}"/><text x="${x + 16}" y="34">${text(of)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="ui-monospace, monospace" font-size="11">`,
    `<title>${text(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="0" y="14" font-size="13">${text(title)}</text>`,
    ...legend,
    ...boxes,
    '</svg>',
    '',
  ].join('\n');
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly share: number;
}

function boxOf({ name, where }: Frame, { x, y, width, share }: Place): string {
  const { colour } = kinds.find(({ of }) => of.test(where)) ?? kinds[6];
  const room = Math.floor((width - 4) / CHARACTER);
  const label = room < 3 ? '' : name.length <= room ? name : `${name.slice(0, room - 1)}…`;
  const words = label === '' ? '' : `<text x="${(x + 2).toFixed(1)}" y="${y + 13}">${text(label)}</text>`;
  const box = `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(LEAST, width - 0.5).toFixed(1)}" height="${ROW - 1}" fill="${colour}"/>`;
  return `<g><title>${text(`${name} ${where} ${(100 * share).toFixed(1)} %`)}</title>${box}${words}</g>`;
}

/** As deep as there is something to see. */
function depthOf(root: Frame): number {
  const below = (frame: Frame): number =>
    1 +
    Math.max(
      0,
      ...Array.from(frame.calls.values(), (called) => ((called.ms / root.ms) * WIDTH < LEAST ? 0 : below(called))),
    );
  return below(root);
}

const text = (raw: string): string => raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
