import { z } from 'zod';
import { KitError } from '#shared/errors';

/** Where looking begins, and which way it goes: backwards from `before`, or onwards from the others. */
export type PeekFrom =
  | { readonly at: 'end' | 'beginning' }
  | { readonly at: 'offset'; readonly offset: number }
  /** Milliseconds since 1970. */
  | { readonly at: 'time'; readonly time: number }
  /** An offset of each partition that is looked at, in their order. */
  | { readonly at: 'before' | 'after'; readonly offsets: readonly number[] };

/** What is asked of a topic. */
export interface PeekQuery {
  readonly topic: string;
  /** All of them where it is undefined. */
  readonly partition: number | undefined;
  readonly from: PeekFrom;
  readonly limit: number;
  /** One record, whole. */
  readonly whole: boolean;
}

const MOST_RECORDS = 50;
const number = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const offsets = z.string().regex(/^\d{1,15}(,\d{1,15}){0,255}$/);

const query = z
  .object({
    topic: z.string().min(1).max(249),
    partition: number.optional(),
    from: z.string().max(4_200).default('end'),
    limit: number.refine((limit) => limit >= 1 && limit <= MOST_RECORDS).default(MOST_RECORDS),
    whole: z.literal('true').optional(),
  })
  .strict();

/**
 * Reads the query of `GET records`: `topic`, `partition`, `limit` (at most 50), `from` (`end`, `beginning`, `offset:7`,
 * `time:1380615300000`, or what an answer gave as `next`), and `whole=true` with a partition and an offset for one record.
 * @throws KitError 'usage' in one sentence.
 */
export function parsePeekQuery(given: unknown): PeekQuery {
  const { success, data, error } = query.safeParse(given);
  if (!success) {
    const where = error.issues[0]?.path.join('.');
    throw new KitError(
      'usage',
      `The question for records is not understood${where === undefined || where === '' ? '' : ` at ${where}`}; it has topic, partition, from, limit (1 to ${MOST_RECORDS}) and whole.`,
    );
  }
  const from = fromOf(data.from);
  const whole = data.whole === 'true';
  if (whole && (data.partition === undefined || from.at !== 'offset')) {
    throw new KitError('usage', 'One whole record is asked for by its partition and its offset: from=offset:7.');
  }
  return { topic: data.topic, partition: data.partition, from, limit: whole ? 1 : data.limit, whole };
}

function fromOf(text: string): PeekFrom {
  if (text === 'end' || text === 'beginning') return { at: text };
  const [at, rest = ''] = text.split(/:(.*)/);
  if ((at === 'before' || at === 'after') && offsets.safeParse(rest).success) {
    return { at, offsets: rest.split(',').map(Number) };
  }
  const value = number.safeParse(rest);
  if (at === 'offset' && value.success) return { at, offset: value.data };
  if (at === 'time' && value.success) return { at, time: value.data };
  throw new KitError(
    'usage',
    'Records are looked at from=end, beginning, offset:7 or time:1380615300000 (milliseconds since 1970).',
  );
}
