import { createHash } from 'node:crypto';
import { z } from 'zod';
import { KitError } from '#shared/errors';
import type { ModelFiles } from '../model-folder.js';

const file = z.object({
  name: z.enum(['model.onnx', 'model.json', 'golden.json']),
  size: z.number().int().min(0).max(1_073_741_824),
  sha256: z.string(),
});

/** Chunk 0 of an artifact: which files the chunks after it are, one behind the other. */
const manifest = z.object({ chunks: z.number().int().min(1).max(10_000), files: z.array(file).min(2).max(3) });

/** Records of a default topic may have 1 MiB with everything that belongs to them. */
const CHUNK_BYTES = 900_000;

/** A model's files as records' values: a manifest, and pieces of all files one behind the other. */
export function toChunks(files: ModelFiles): Buffer[] {
  const parts: [z.infer<typeof file>['name'], Buffer][] = [
    ['model.onnx', Buffer.from(files.graph)],
    ['model.json', Buffer.from(files.card)],
    ...(files.golden === undefined ? [] : ([['golden.json', Buffer.from(files.golden)]] as const)),
  ].map(([name, bytes]) => [name as z.infer<typeof file>['name'], bytes as Buffer]);
  const all = Buffer.concat(parts.map(([, bytes]) => bytes));
  const pieces = Array.from({ length: Math.ceil(all.length / CHUNK_BYTES) }, (_, index) =>
    all.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
  const described = parts.map(([name, bytes]) => ({ name, size: bytes.length, sha256: sha256(bytes) }));
  const head = { chunks: pieces.length, files: described } satisfies z.infer<typeof manifest>;
  return [Buffer.from(JSON.stringify(head)), ...pieces];
}

/** How many chunks follow chunk 0; undefined where that is no manifest. */
export function chunksAfter(head: Buffer): number | undefined {
  return parseManifest(head)?.chunks;
}

/**
 * The files that an artifact's chunks hold.
 * @throws KitError 'model-invalid' where a chunk is missing or a file is not what the manifest says.
 */
export function fromChunks([head, ...pieces]: readonly Buffer[], artifact: string): ModelFiles {
  const parsed = head && parseManifest(head);
  if (parsed === undefined || pieces.length !== parsed.chunks) {
    throw new KitError('model-invalid', `The model ${artifact} on the topic is not whole; publish it again.`);
  }
  const all = Buffer.concat(pieces);
  const found = new Map<string, Buffer>();
  let at = 0;
  for (const { name, size, sha256: expected } of parsed.files) {
    const bytes = all.subarray(at, at + size);
    at += size;
    if (sha256(bytes) !== expected) {
      throw new KitError(
        'model-invalid',
        `The ${name} of the model ${artifact} on the topic is damaged; publish it again.`,
      );
    }
    found.set(name, bytes);
  }
  const graph = found.get('model.onnx');
  const card = found.get('model.json');
  if (graph === undefined || card === undefined) {
    throw new KitError('model-invalid', `The model ${artifact} on the topic lacks model.onnx or model.json.`);
  }
  return { graph, card: card.toString('utf8'), golden: found.get('golden.json')?.toString('utf8') };
}

function parseManifest(head: Buffer): z.infer<typeof manifest> | undefined {
  try {
    return manifest.safeParse(JSON.parse(head.toString('utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
