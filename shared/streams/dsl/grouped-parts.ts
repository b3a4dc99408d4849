import { repartition, type StreamParts } from './stream-parts.js';

/** A grouped stream, which goes through a topic before it is aggregated where its keys may have changed. */
export class GroupedParts {
  readonly parts: StreamParts;
  readonly #topicName: string | undefined;
  #repartitioned: StreamParts | undefined;

  constructor(parts: StreamParts, topicName: string | undefined) {
    this.parts = parts;
    this.#topicName = topicName;
  }

  /** For an aggregation with a store of that name. Aggregations of a grouping that was given a name share its topic. */
  repartitioned(store: string): StreamParts {
    if (!this.parts.repartitionRequired) return this.parts;
    if (this.#topicName === undefined) return repartition(this.parts, store);
    this.#repartitioned ??= repartition(this.parts, this.#topicName);
    return this.#repartitioned;
  }
}
