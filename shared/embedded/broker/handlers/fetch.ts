import { apis, errorCode, type InputOf, type RequestOf } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { type Handler, handler, type RequestContext } from '../handler.js';
import { type Isolation, leaderEpoch, type PartitionLog } from '../log/partition-log.js';

type FetchRequest = RequestOf<typeof apis.fetch>;
type FetchResponse = InputOf<typeof apis.fetch.response>;
type PartitionResponse = FetchResponse['responses'][number]['partitions'][number];
type PartitionRequest = FetchRequest['topics'][number]['partitions'][number];

/** No answer is larger than this, whatever the client allows; Kafka's own `fetch.max.bytes`. */
const maxResponseBytes = 55 * 1024 * 1024;
const firstTopicIdVersion = 13;
const readCommitted = 1;

interface Collected {
  readonly response: FetchResponse;
  readonly bytes: number;
  readonly hasErrors: boolean;
}

/** Gives consumers what they have not read yet, and lets them wait for it. */
export function fetchHandler({ topics }: BrokerState): Handler {
  const logOf = (topic: FetchRequest['topics'][number], partition: number, version: number) => {
    const byId = version >= firstTopicIdVersion;
    const known = byId ? topics.findById(topic.topicId) : topics.find(topic.topic);
    if (known === undefined) return byId ? errorCode.unknownTopicId : errorCode.unknownTopicOrPartition;
    return known.partitions[partition] ?? errorCode.unknownTopicOrPartition;
  };

  const collect = (request: FetchRequest, version: number): Collected => {
    let left = Math.max(1, Math.min(request.maxBytes, maxResponseBytes));
    let bytes = 0;
    let hasErrors = false;
    const responses = request.topics.map((topic) => ({
      topic: topic.topic,
      topicId: topic.topicId,
      partitions: topic.partitions.map((wanted) => {
        const log = logOf(topic, wanted.partition, version);
        const read = typeof log === 'number' ? refused(wanted, log) : readPartition(log, wanted, request, left);
        const size = read.records.reduce((sum, part) => sum + part.length, 0);
        left -= size;
        bytes += size;
        hasErrors ||= read.errorCode !== errorCode.none;
        return read;
      }),
    }));
    return { response: { responses }, bytes, hasErrors };
  };

  return handler(apis.fetch, (request, context) => {
    // Sessions (KIP-227) are declined: the answer names session 0, and the client goes on asking for everything.
    if (request.sessionId !== 0 && request.sessionEpoch > 0) {
      return { errorCode: errorCode.fetchSessionIdNotFound, responses: [] };
    }
    const isEnough = ({ bytes, hasErrors }: Collected) => hasErrors || bytes >= request.minBytes;
    const first = collect(request, context.version);
    if (isEnough(first) || request.maxWaitMs <= 0) return first.response;
    const logs = request.topics.flatMap((topic) =>
      topic.partitions
        .map(({ partition }) => logOf(topic, partition, context.version))
        .filter((log) => typeof log !== 'number'),
    );
    return longPoll(logs, request.maxWaitMs, context, (isLast) => {
      const collected = collect(request, context.version);
      return isLast || isEnough(collected) ? collected.response : undefined;
    });
  });
}

/** Tries again after each append, and for the last time when the wait is over. */
function longPoll(
  logs: readonly PartitionLog[],
  maxWaitMs: number,
  context: Pick<RequestContext, 'whenClosed'>,
  attempt: (isLast: boolean) => FetchResponse | undefined,
): Promise<FetchResponse | undefined> {
  return new Promise((resolve, reject) => {
    let isAsked = false;
    let isDone = false;
    const finish = (response: FetchResponse | undefined) => {
      isDone = true;
      clearTimeout(timer);
      for (const forget of forgets) forget();
      resolve(response);
    };
    const tryNow = (isLast: boolean) => {
      isAsked = false;
      if (isDone) return;
      try {
        const response = attempt(isLast);
        if (response !== undefined || isLast) finish(response);
      } catch (reason) {
        finish(undefined);
        reject(reason);
      }
    };
    // One produce request may append to several of the partitions: look once, when it is through.
    const wake = () => {
      if (isAsked) return;
      isAsked = true;
      queueMicrotask(() => tryNow(false));
    };
    const timer = setTimeout(() => tryNow(true), maxWaitMs);
    const forgets = [...logs.map((log) => log.onAppend(wake)), context.whenClosed(() => finish(undefined))];
  });
}

type Read = PartitionResponse & { readonly records: readonly Buffer[] };

function readPartition(log: PartitionLog, wanted: PartitionRequest, request: FetchRequest, left: number): Read {
  if (wanted.currentLeaderEpoch > leaderEpoch) return refused(wanted, errorCode.unknownLeaderEpoch);
  const isolation: Isolation = request.isolationLevel === readCommitted ? 'read_committed' : 'read_uncommitted';
  const end = log.endFor(isolation);
  const maxBytes = left > 0 ? Math.min(Math.max(1, wanted.partitionMaxBytes), left) : 0;
  const read = log.read(wanted.fetchOffset, maxBytes, end);
  if (read === undefined) return { ...refused(wanted, errorCode.offsetOutOfRange), ...limits(log) };
  return {
    partitionIndex: wanted.partition,
    errorCode: errorCode.none,
    ...limits(log),
    abortedTransactions: isolation === 'read_committed' ? log.abortedIn(wanted.fetchOffset, read.nextOffset) : null,
    records: read.parts,
  };
}

const limits = (log: PartitionLog) => ({
  highWatermark: log.highWatermark,
  lastStableOffset: log.lastStableOffset,
  logStartOffset: log.startOffset,
});

const refused = (wanted: PartitionRequest, code: number): Read => ({
  partitionIndex: wanted.partition,
  errorCode: code,
  highWatermark: -1,
  lastStableOffset: -1,
  abortedTransactions: null,
  records: [],
});
