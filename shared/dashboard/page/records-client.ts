import { answerOf, controlHeaders } from './command.js';
import type { FollowedRecord, PeekedRecords } from './records-state.js';

/** Where a look into a topic begins, as the address says it. */
export interface RecordsQuestion {
  readonly topic: string;
  readonly partition?: number | undefined;
  /** `end`, `beginning`, `offset:7`, `time:1380615300000`, or the `next` of an answer. */
  readonly from: string;
  readonly limit?: number;
  /** One record, whole. */
  readonly whole?: boolean;
}

/**
 * Asks the server for records.
 * @throws Error with the server's sentence, or one that says that it does not answer; what `signal` ends throws AbortError.
 */
export async function askForRecords(
  { topic, partition, from, limit, whole }: RecordsQuestion,
  signal: AbortSignal,
): Promise<PeekedRecords> {
  const query = new URLSearchParams({ topic, from });
  if (partition !== undefined) query.set('partition', String(partition));
  if (limit !== undefined) query.set('limit', String(limit));
  if (whole === true) query.set('whole', 'true');
  // The server's own JSON, of the type that both sides are compiled against.
  return (await get(`records?${query}`, signal)) as PeekedRecords;
}

/** Which record is followed: by its id, or by where one of its records lies. */
export type FollowQuestion =
  | { readonly id: string }
  | { readonly topic: string; readonly partition: number; readonly offset: number };

/**
 * Asks the server what became of a record.
 * @throws Error as askForRecords.
 */
export async function askToFollow(question: FollowQuestion, signal: AbortSignal): Promise<FollowedRecord> {
  const query = new URLSearchParams(Object.entries(question).map(([name, value]) => [name, String(value)]));
  return (await get(`follow?${query}`, signal)) as FollowedRecord;
}

async function get(path: string, signal: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, { headers: controlHeaders(), signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Error('The demo does not answer: is it still running?', { cause: error });
  }
  return answerOf(response);
}
