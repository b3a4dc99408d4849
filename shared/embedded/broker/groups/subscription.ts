/**
 * The topics that a consumer says it reads, from the metadata that it joins with; undefined where that is no consumer's.
 * The layout is a version, the topics, and what this need not know (kafka.apache.org/protocol, ConsumerProtocolSubscription).
 */
export function subscribedTopics(metadata: Buffer): string[] | undefined {
  if (metadata.length < 6 || metadata.readInt16BE(0) < 0) return undefined;
  const count = metadata.readInt32BE(2);
  const topics: string[] = [];
  let at = 6;
  for (let i = 0; i < count; i += 1) {
    if (at + 2 > metadata.length) return undefined;
    const end = at + 2 + metadata.readInt16BE(at);
    if (end < at + 2 || end > metadata.length) return undefined;
    topics.push(metadata.toString('utf8', at + 2, end));
    at = end;
  }
  return topics;
}
