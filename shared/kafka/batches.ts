/** One record batch, on its way to its partition. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly count: number;
  readonly bytes: Buffer;
}

/** The sequence numbers of a producer's batches, by partition (KIP-98): they are 32 bits wide and begin again. */
export class Sequences {
  readonly #next = new Map<string, number>();

  next({ topic, partition }: Pick<Batch, 'topic' | 'partition'>): number {
    return this.#next.get(`${topic} ${partition}`) ?? 0;
  }

  advance({ topic, partition, count }: Batch): void {
    const next = this.next({ topic, partition }) + count;
    this.#next.set(`${topic} ${partition}`, next % 2 ** 31);
  }
}
