import { type CompareIds, compareBytes, compareUnits, needsByteOrder } from './key-codec.js';

const CHUNK = 256;

/**
 * A map by text that can be walked in order. The order is kept only from the first walk on: most stores are never walked.
 * Walking goes on by the last key seen, so that whatever is set or deleted meanwhile does no harm.
 */
export class SortedMap<T> {
  readonly #values = new Map<string, T>();
  #order: SortedTexts | undefined;

  get size(): number {
    return this.#values.size;
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  set(key: string, value: T): void {
    if (this.#order !== undefined && !this.#values.has(key)) this.#order.add(key);
    this.#values.set(key, value);
  }

  delete(key: string): boolean {
    const deleted = this.#values.delete(key);
    if (deleted) this.#order?.delete(key);
    return deleted;
  }

  clear(): void {
    this.#values.clear();
    this.#order = undefined;
  }

  /** The smallest key. */
  firstKey(): string | undefined {
    return this.#sorted().first();
  }

  /** Both ends are included. */
  *entries(from?: string, to?: string): Generator<[key: string, value: T]> {
    const order = this.#sorted();
    let key = from === undefined ? order.first() : order.atOrAfter(from);
    while (key !== undefined && (to === undefined || order.compare(key, to) <= 0)) {
      // The order has just the keys that the map has.
      yield [key, this.#values.get(key) as T];
      key = order.after(key);
    }
  }

  #sorted(): SortedTexts {
    this.#order ??= new SortedTexts(this.#values.keys());
    return this.#order;
  }
}

/** Distinct texts in order, in chunks of bounded length: adding and deleting move no more than a chunk. */
class SortedTexts {
  compare: CompareIds = compareUnits;
  #chunks: string[][] = [];

  constructor(keys: Iterable<string>) {
    const all = [...keys];
    if (all.some(needsByteOrder)) this.compare = compareBytes;
    this.#fill(all);
  }

  first(): string | undefined {
    return this.#chunks[0]?.[0];
  }

  atOrAfter(key: string): string | undefined {
    const [chunk, index] = this.#find(key);
    return this.#chunks[chunk]?.[index] ?? this.#chunks[chunk + 1]?.[0];
  }

  after(key: string): string | undefined {
    const [chunk, index] = this.#find(key);
    const found = this.#chunks[chunk]?.[index];
    if (found !== key) return found ?? this.#chunks[chunk + 1]?.[0];
    return this.#chunks[chunk]?.[index + 1] ?? this.#chunks[chunk + 1]?.[0];
  }

  add(key: string): void {
    if (this.compare === compareUnits && needsByteOrder(key)) {
      this.compare = compareBytes;
      this.#fill([...this.#chunks.flat(), key]);
      return;
    }
    const [at, index] = this.#find(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([key]);
      return;
    }
    chunk.splice(index, 0, key);
    if (chunk.length > 2 * CHUNK) this.#chunks.splice(at, 1, chunk.slice(0, CHUNK), chunk.slice(CHUNK));
  }

  delete(key: string): void {
    const [at, index] = this.#find(key);
    const chunk = this.#chunks[at];
    if (chunk?.[index] !== key) return;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  #fill(keys: string[]): void {
    keys.sort(this.compare);
    this.#chunks = [];
    for (let start = 0; start < keys.length; start += CHUNK) this.#chunks.push(keys.slice(start, start + CHUNK));
  }

  /** The last chunk that begins at or before the key (the first one if none does), and where the key is in it or would be. */
  #find(key: string): [chunk: number, index: number] {
    const chunk = Math.max(
      0,
      lowerBound(this.#chunks.length, (at) => this.compare(this.#chunks[at]?.[0] ?? '', key) <= 0) - 1,
    );
    const texts = this.#chunks[chunk] ?? [];
    return [chunk, lowerBound(texts.length, (at) => this.compare(texts[at] ?? '', key) < 0)];
  }
}

/** How many of `length` elements come before the point where `isBefore` turns false. */
export function lowerBound(length: number, isBefore: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
