import { apis } from '#shared/wire';
import { type Batch, Sequences } from './batches.js';
import type { Nodes } from './nodes.js';
import { errorCode, Refusal } from './refusal.js';

/** How long a leader may wait for its replicas. */
const ACKNOWLEDGED_WITHIN_MS = 8_000;

/** Writes the batches of a producer, and keeps their sequence numbers: one write after the other. */
export class BatchWriter {
  readonly sequences = new Sequences();
  /** The offset after the latest record that is known to be written, by `topic partition`. */
  readonly written: Map<string, number>;

  constructor(
    private readonly nodes: Nodes,
    private readonly lane: number,
    private readonly transactionalId: string | null,
    written = new Map<string, number>(),
  ) {
    this.written = written;
  }

  /**
   * Sends batches until each is taken. One that may have been written already is sent again as it was: the broker knows it
   * by its sequence number.
   */
  async write(batches: readonly Batch[]): Promise<void> {
    let left = batches;
    let unacceptable: Refusal | undefined;
    const topics = [...new Set(batches.map(({ topic }) => topic))].join(', ');
    await this.nodes.insist(
      `Writing to ${topics}`,
      async () => {
        const refused = new Map<Batch, unknown>();
        await Promise.all(
          Array.from(await this.#byLeader(left), ([leader, those]) => this.#produceTo(leader, those, refused)),
        );
        const again: Batch[] = [];
        for (const batch of left) {
          const reason = refused.get(batch);
          if (reason === undefined) this.sequences.advance(batch);
          else if (reason instanceof Refusal && !reason.isPassing) unacceptable ??= reason;
          else again.push(batch);
        }
        left = again;
        // What was refused for good waits for the others: each has to be known to be written or not.
        if (left.length > 0) throw left.map((batch) => refused.get(batch))[0];
        if (unacceptable !== undefined) throw unacceptable;
      },
      {
        again: () => {
          for (const { topic } of left) this.nodes.forgetLeaders(topic);
        },
      },
    );
  }

  async #byLeader(batches: readonly Batch[]): Promise<Map<number, Batch[]>> {
    const byLeader = new Map<number, Batch[]>();
    for (const batch of batches) {
      const leader = (await this.nodes.leadersOf(batch.topic))?.[batch.partition] ?? -1;
      const those = byLeader.get(leader);
      if (those === undefined) byLeader.set(leader, [batch]);
      else those.push(batch);
    }
    return byLeader;
  }

  async #produceTo(leader: number, batches: readonly Batch[], refused: Map<Batch, unknown>): Promise<void> {
    try {
      if (leader < 0) throw new Refusal(errorCode.leaderNotAvailable);
      const link = await this.nodes.link(leader, this.lane);
      const byTopic = new Map<string, Batch[]>();
      for (const batch of batches) {
        const those = byTopic.get(batch.topic);
        if (those === undefined) byTopic.set(batch.topic, [batch]);
        else those.push(batch);
      }
      const { responses } = await link.request(apis.produce, {
        transactionalId: this.transactionalId,
        acks: -1,
        timeoutMs: ACKNOWLEDGED_WITHIN_MS,
        topicData: Array.from(byTopic, ([name, those]) => ({
          name,
          partitionData: those.map(({ partition, bytes }) => ({ index: partition, records: bytes })),
        })),
      });
      const answers = new Map<string, { readonly errorCode: number; readonly baseOffset: number }>();
      for (const { name, partitionResponses } of responses) {
        for (const answer of partitionResponses) answers.set(`${name} ${answer.index}`, answer);
      }
      for (const batch of batches) {
        const partition = `${batch.topic} ${batch.partition}`;
        const answer = answers.get(partition);
        const code = answer?.errorCode ?? errorCode.unknownServerError;
        // A duplicate has no offset: then what is known stays behind what is true.
        if (code === errorCode.none && answer !== undefined && answer.baseOffset >= 0) {
          this.written.set(partition, answer.baseOffset + batch.count);
        }
        // One that is known already was sent before, and its answer lost.
        if (code !== errorCode.none && code !== errorCode.duplicateSequenceNumber)
          refused.set(batch, new Refusal(code));
      }
    } catch (error) {
      for (const batch of batches) refused.set(batch, error);
    }
  }
}
