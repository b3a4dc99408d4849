import type { KeyValueStore } from '#shared/streams';
import { MINUTE_MS } from './delivery-counter.js';
import type { AuditReport, DeliveryCounts, PartitionCounts } from './monitoring-topics.js';

/** What is known of a partition beside its balances. */
interface PartitionAccount {
  expected: number;
  consumed: number;
  late: number;
  /** The latest minute of which records were both written and processed. */
  eventTime: number | null;
  /** Minutes that begin before are left out: of those counts were lost. Null where all are counted. */
  since: number | null;
  /** Counts were lost, and no producer has told since how far it is: nothing is counted. */
  isBlind: boolean;
  /** What a balance spans: a minute, or several where there would be too many of them. */
  stretchMs: number;
  /** Balances that are not zero: none other is kept. */
  open: number;
}

/**
 * Written less processed, of a stretch of event time: records, and the sum of their checksums modulo 2^32. A stretch that
 * was written to after it had been passed is open again until event time comes to `settlesAt`.
 */
type Balance = readonly [records: number, checksum: number, settlesAt: number];

/** The balances of consecutive stretches that are kept together, by the start of each. Balances of zero are not in it. */
type Block = Map<number, Balance>;

/** What one side counted of a minute. */
interface MinuteCount {
  readonly minute: number;
  readonly records: number;
  readonly checksum: number;
}

export interface LedgerOptions {
  readonly graceMs: number;
  readonly maxBalances: number;
}

const ZERO: Balance = [0, 0, 0];
/** The one entry of the store of losses. */
const ANY_LOSS = 'any';
/**
 * Stretches in a block, an hour of minutes: a message tells of hundreds of minutes that follow each other, and a value of
 * its own for each of them cost the audit more than all else.
 */
const STRETCHES_PER_BLOCK = 60;
/** Digits of a time, so that times are in order as text. */
const TIME_DIGITS = 16;

/** What producers and scorers counted, set against each other by partition and stretch of event time, in three stores. */
export class DeliveryLedger {
  constructor(
    /** By partition: the fields of its account, as numbers. */
    private readonly accounts: KeyValueStore<string, number[]>,
    /** By partition and the start of a block: of each balance its stretch's start, then its three numbers. */
    private readonly blocks: KeyValueStore<string, number[]>,
    /** Whether counts were ever lost. */
    private readonly losses: KeyValueStore<string, boolean>,
    private readonly options: LedgerOptions,
  ) {}

  /** The partitions of which something was counted. */
  partitions(): string[] {
    return Array.from(this.accounts.all(), ([id]) => id);
  }

  /** Takes what a producer or a scorer has counted; gives the partition it is of. */
  take(role: DeliveryCounts['role'], { topic, partition, minutes, records, checksums }: PartitionCounts): string {
    const id = idOf(topic, partition);
    const account = this.#account(id) ?? newAccount(this.losses.get(ANY_LOSS) === true);
    if (account.isBlind && role === 'producer') this.#see(account, minutes);
    // What is passed is judged by what was known before.
    const passedTo = account.eventTime ?? Number.NEGATIVE_INFINITY;
    const blocks = new Map<number, Block>();
    for (const [at, minute] of minutes.entries()) {
      if (account.isBlind || (account.since !== null && minute < account.since)) continue;
      const count = { minute, records: records[at] ?? 0, checksum: checksums[at] ?? 0 };
      account[role === 'producer' ? 'expected' : 'consumed'] += count.records;
      const isPassed = passedTo >= this.#endOf(account, count.minute);
      if (role === 'scorer' && isPassed) account.late += count.records;
      const settlesAt = role === 'producer' && isPassed ? passedTo + this.options.graceMs : 0;
      const start = startOf(account, minute);
      const blockStart = startOfBlock(account, start);
      let block = blocks.get(blockStart);
      if (block === undefined) {
        block = blockOf(this.blocks.get(keyOf(id, blockStart)) ?? []);
        blocks.set(blockStart, block);
      }
      add(account, block, start, count, role === 'producer' ? 1 : -1, settlesAt);
    }
    for (const [blockStart, block] of blocks) this.#keep(id, blockStart, block);
    if (account.open > this.options.maxBalances) this.#coarsen(id, account);
    if (account.open === 0) account.stretchMs = MINUTE_MS;
    this.#keepAccount(id, account);
    return id;
  }

  /**
   * Begins all partitions anew, for counts were lost, of whatever partition: no difference is known any more. Minutes are
   * left out up to the latest that was written as far as was known, and as the first producer tells that is heard after
   * it, and for as long behind that as minutes take to settle. A scorer's minutes do not tell how far: a record that
   * nobody has counted may have any date.
   */
  beginAnew(): void {
    this.losses.put(ANY_LOSS, true);
    for (const id of this.partitions()) {
      const account = this.#account(id);
      if (account === undefined) continue;
      if (account.eventTime !== null) this.#leaveOut(account, account.eventTime + MINUTE_MS);
      for (const [start, [records]] of this.#balancesOf(id)) {
        if (records > 0) this.#leaveOut(account, start + account.stretchMs);
      }
      this.#drop(id);
      this.#keepAccount(id, { ...newAccount(true), since: account.since });
    }
  }

  /** How things stand; undefined where nothing was counted of the partition. */
  report(id: string): AuditReport | undefined {
    const account = this.#account(id);
    if (account === undefined || (account.isBlind && account.since === null)) return undefined;
    const { eventTime, since, expected, consumed, late } = account;
    const sums = { missing: 0, duplicate: 0, altered: 0 };
    for (const [start, [records, , settlesAt]] of this.#balancesOf(id)) {
      if (eventTime === null || eventTime < Math.max(settlesAt, this.#endOf(account, start))) continue;
      if (records > 0) sums.missing += records;
      else if (records < 0) sums.duplicate -= records;
      else sums.altered += 1;
    }
    return { ...partitionOf(id), eventTime, since, expected, consumed, late, ...sums };
  }

  #account(id: string): PartitionAccount | undefined {
    const kept = this.accounts.get(id);
    if (kept === null) return undefined;
    const [expected = 0, consumed = 0, late = 0, eventTime, since, isBlind, stretchMs = MINUTE_MS, open = 0] = kept;
    const times = { eventTime: timeOf(eventTime), since: timeOf(since) };
    return { expected, consumed, late, ...times, isBlind: isBlind === 1, stretchMs, open };
  }

  #keepAccount(id: string, account: PartitionAccount): void {
    const { expected, consumed, late, eventTime, since, isBlind, stretchMs, open } = account;
    const times = [eventTime ?? Number.NaN, since ?? Number.NaN];
    this.accounts.put(id, [expected, consumed, late, ...times, Number(isBlind), stretchMs, open]);
  }

  /** The producer tells how far it is. */
  #see(account: PartitionAccount, minutes: readonly number[]): void {
    for (const minute of minutes) this.#leaveOut(account, minute + MINUTE_MS);
    account.isBlind = false;
  }

  #leaveOut(account: PartitionAccount, before: number): void {
    account.since = Math.max(account.since ?? 0, before + this.options.graceMs);
  }

  /** Lets balances span twice as much until there are half as many as there may be. */
  #coarsen(id: string, account: PartitionAccount): void {
    const all = this.#balancesOf(id);
    this.#drop(id);
    let merged: Block;
    do {
      account.stretchMs *= 2;
      merged = new Map();
      for (const [start, balance] of all) {
        const of = startOf(account, start);
        put(merged, of, sum(merged.get(of) ?? ZERO, balance));
      }
    } while (merged.size > this.options.maxBalances / 2);
    account.open = merged.size;
    const blocks = new Map<number, Block>();
    for (const [start, balance] of merged) {
      const blockStart = startOfBlock(account, start);
      blocks.set(blockStart, (blocks.get(blockStart) ?? new Map()).set(start, balance));
    }
    for (const [blockStart, block] of blocks) this.#keep(id, blockStart, block);
  }

  #balancesOf(id: string): (readonly [start: number, balance: Balance])[] {
    return this.#blocksOf(id).flatMap(([, numbers]) => [...blockOf(numbers)]);
  }

  #blocksOf(id: string): (readonly [key: string, numbers: readonly number[]])[] {
    return [...this.blocks.range(`${id}/`, `${id}/~`)];
  }

  #drop(id: string): void {
    for (const [key] of this.#blocksOf(id)) this.blocks.delete(key);
  }

  #keep(id: string, blockStart: number, block: Block): void {
    const numbers: number[] = [];
    for (const [start, balance] of block) numbers.push(start, ...balance);
    this.blocks.put(keyOf(id, blockStart), numbers.length === 0 ? null : numbers);
  }

  /** The event time at which the stretch of a minute has been passed. */
  #endOf(account: PartitionAccount, minute: number): number {
    return startOf(account, minute) + account.stretchMs + this.options.graceMs;
  }
}

const idOf = (topic: string, partition: number): string => `${topic}-${partition}`;

function partitionOf(id: string): Pick<AuditReport, 'topic' | 'partition'> {
  const end = id.lastIndexOf('-');
  return { topic: id.slice(0, end), partition: Number(id.slice(end + 1)) };
}

const timeOf = (kept = Number.NaN): number | null => (Number.isNaN(kept) ? null : kept);

function newAccount(isBlind: boolean): PartitionAccount {
  const totals = { expected: 0, consumed: 0, late: 0 };
  return { ...totals, eventTime: null, since: null, isBlind, stretchMs: MINUTE_MS, open: 0 };
}

/** Records without a time count as those of the first minute of 1970. */
function startOf({ stretchMs }: PartitionAccount, minute: number): number {
  return Math.max(0, Math.floor(minute / stretchMs) * stretchMs);
}

function startOfBlock({ stretchMs }: PartitionAccount, start: number): number {
  const blockMs = STRETCHES_PER_BLOCK * stretchMs;
  return Math.floor(start / blockMs) * blockMs;
}

function blockOf(numbers: readonly number[]): Block {
  const block: Block = new Map();
  for (let at = 0; at < numbers.length; at += 4) {
    block.set(numbers[at] ?? 0, [numbers[at + 1] ?? 0, numbers[at + 2] ?? 0, numbers[at + 3] ?? 0]);
  }
  return block;
}

function add(
  account: PartitionAccount,
  block: Block,
  start: number,
  count: MinuteCount,
  sign: 1 | -1,
  settlesAt: number,
): void {
  const known = block.get(start);
  const [records, checksum, settled] = known ?? ZERO;
  // The other side has counted there before: whoever counted first, the minute was written and processed.
  if (records * sign < 0) account.eventTime = Math.max(account.eventTime ?? 0, count.minute);
  put(block, start, sum([records, checksum, settled], [sign * count.records, sign * count.checksum, settlesAt]));
  account.open += Number(block.has(start)) - Number(known !== undefined);
}

function put(block: Block, start: number, balance: Balance): void {
  const [records, checksum] = balance;
  if (records === 0 && checksum === 0) block.delete(start);
  else block.set(start, balance);
}

/** No topic's name has a slash. */
function keyOf(id: string, start: number): string {
  return `${id}/${String(start).padStart(TIME_DIGITS, '0')}`;
}

function sum([records, checksum, settlesAt]: Balance, [more, others, later]: Balance): Balance {
  const modulus = 2 ** 32;
  return [records + more, (((checksum + others) % modulus) + modulus) % modulus, Math.max(settlesAt, later)];
}
