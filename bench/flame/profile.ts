import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { KitError } from '#shared/errors';

/** V8's profile as Chrome's tools have it: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
const cpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  /** Microseconds, from each sample to the one before it. */
  timeDeltas: z.array(z.number()),
});

type Node = z.infer<typeof cpuProfile>['nodes'][number];

/** A function and those that it called, with the time that was spent in all of them, in milliseconds. */
export interface Frame {
  readonly name: string;
  /** As `shared/wire/buffer-writer.js:12`, `kafkajs`, `node:net`; empty for V8's own. */
  readonly where: string;
  ms: number;
  readonly calls: Map<string, Frame>;
}

/** V8 waits for something to do in these, which is no cost. */
const idle = new Set(['(idle)', '(program)']);

/**
 * Reads what `node --cpu-prof` wrote, of which the last `share` is taken: before, code is loaded and compiled.
 * @throws KitError 'usage' where the file is no such profile.
 */
export function readProfile(path: string, share: number): Frame {
  const { nodes, samples, timeDeltas } = parse(path);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const root: Frame = { name: 'all', where: '', ms: 0, calls: new Map() };
  const whole = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  let passed = 0;
  samples.forEach((id, at) => {
    // A sample stands for the time until the next one.
    const ms = (timeDeltas[at + 1] ?? 0) / 1_000;
    passed += timeDeltas[at] ?? 0;
    const stack = stackOf(id, byId, callers);
    if (passed < (1 - share) * whole || stack.some(({ callFrame }) => idle.has(callFrame.functionName))) return;
    let frame = root;
    frame.ms += ms;
    for (const { callFrame } of stack) {
      const name = callFrame.functionName || '(anonymous)';
      const where = placeOf(callFrame);
      const key = `${name} ${where}`;
      const called = frame.calls.get(key) ?? { name, where, ms: 0, calls: new Map() };
      frame.calls.set(key, called);
      called.ms += ms;
      frame = called;
    }
  });
  return root;
}

function parse(path: string): z.infer<typeof cpuProfile> {
  try {
    return cpuProfile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw KitError.from(error, 'usage', `${path} is no profile that node --cpu-prof has written`);
  }
}

/** From the outermost to the innermost, without V8's root. */
function stackOf(id: number, byId: ReadonlyMap<number, Node>, callers: ReadonlyMap<number, number>): Node[] {
  const stack: Node[] = [];
  for (let at: number | undefined = id; at !== undefined; at = callers.get(at)) {
    const node = byId.get(at);
    if (node !== undefined && node.callFrame.functionName !== '(root)') stack.unshift(node);
  }
  return stack;
}

function placeOf({ url, lineNumber }: Node['callFrame']): string {
  const dependency = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (dependency !== undefined) return dependency;
  const own = /\/dist\/(.+)$/.exec(url)?.[1];
  return own === undefined ? url : `${own}:${lineNumber + 1}`;
}
