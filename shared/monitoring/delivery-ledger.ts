import type { KeyValueStore } from '#shared/streams';
import { MINUTE_MS } from './delivery-counter.js';
import type { AuditReport, DeliveryCounts, PartitionCounts } from './monitoring-topics.js';

/** What is known of a partition beside its balances. */
export interface PartitionAccount {
  readonly topic: string;
  readonly partition: number;
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
export type Balance = readonly [records: number, checksum: number, settlesAt: number];

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
/** Digits of a time, so that times are in order as text. */
const TIME_DIGITS = 16;

/** What producers and scorers counted, set against each other by partition and stretch of event time, in three stores. */
export class DeliveryLedger {
  constructor(
    private readonly accounts: KeyValueStore<string, PartitionAccount>,
    private readonly balances: KeyValueStore<string, Balance>,
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
    const id = `${topic}-${partition}`;
    const account = this.accounts.get(id) ?? newAccount(topic, partition, this.losses.get(ANY_LOSS) === true);
    if (account.isBlind && role === 'producer') this.#see(account, minutes);
    // What is passed is judged by what was known before.
    const passedTo = account.eventTime ?? Number.NEGATIVE_INFINITY;
    for (const [at, minute] of minutes.entries()) {
      if (account.isBlind || (account.since !== null && minute < account.since)) continue;
      const count = { minute, records: records[at] ?? 0, checksum: checksums[at] ?? 0 };
      account[role === 'producer' ? 'expected' : 'consumed'] += count.records;
      const isPassed = passedTo >= this.#endOf(account, count.minute);
      if (role === 'scorer' && isPassed) account.late += count.records;
      const settlesAt = role === 'producer' && isPassed ? passedTo + this.options.graceMs : 0;
      this.#add(id, account, count, role === 'producer' ? 1 : -1, settlesAt);
    }
    if (account.open > this.options.maxBalances) this.#coarsen(id, account);
    if (account.open === 0) account.stretchMs = MINUTE_MS;
    this.accounts.put(id, account);
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
      const account = this.accounts.get(id);
      if (account === null) continue;
      if (account.eventTime !== null) this.#leaveOut(account, account.eventTime + MINUTE_MS);
      for (const { key, start, balance } of this.#balancesOf(id)) {
        if (balance[0] > 0) this.#leaveOut(account, start + account.stretchMs);
        this.balances.put(key, null);
      }
      const { topic, partition, since } = account;
      this.accounts.put(id, { ...newAccount(topic, partition, true), since });
    }
  }

  /** How things stand; undefined where nothing was counted of the partition. */
  report(id: string): AuditReport | undefined {
    const account = this.accounts.get(id);
    if (account === null || (account.isBlind && account.since === null)) return undefined;
    const { topic, partition, eventTime, since, expected, consumed, late } = account;
    const sums = { missing: 0, duplicate: 0, altered: 0 };
    for (const { start, balance } of this.#balancesOf(id)) {
      const [records, , settlesAt] = balance;
      if (eventTime === null || eventTime < Math.max(settlesAt, this.#endOf(account, start))) continue;
      if (records > 0) sums.missing += records;
      else if (records < 0) sums.duplicate -= records;
      else sums.altered += 1;
    }
    return { topic, partition, eventTime, since, expected, consumed, late, ...sums };
  }

  /** The producer tells how far it is. */
  #see(account: PartitionAccount, minutes: readonly number[]): void {
    for (const minute of minutes) this.#leaveOut(account, minute + MINUTE_MS);
    account.isBlind = false;
  }

  #leaveOut(account: PartitionAccount, before: number): void {
    account.since = Math.max(account.since ?? 0, before + this.options.graceMs);
  }

  #add(id: string, account: PartitionAccount, count: MinuteCount, sign: 1 | -1, settlesAt: number): void {
    const key = keyOf(id, startOf(account, count.minute));
    const known = this.balances.get(key);
    const [records, checksum, settled] = known ?? ZERO;
    // The other side has counted there before: whoever counted first, the minute was written and processed.
    if (records * sign < 0) account.eventTime = Math.max(account.eventTime ?? 0, count.minute);
    const balance = sum([records, checksum, settled], [sign * count.records, sign * count.checksum, settlesAt]);
    this.#put(account, key, known, balance);
  }

  #put(account: PartitionAccount, key: string, known: Balance | null, balance: Balance): void {
    const [records, checksum] = balance;
    const isZero = records === 0 && checksum === 0;
    account.open += Number(!isZero) - Number(known !== null);
    if (!isZero || known !== null) this.balances.put(key, isZero ? null : balance);
  }

  /** Lets balances span twice as much until there are half as many as there may be. */
  #coarsen(id: string, account: PartitionAccount): void {
    const all = this.#balancesOf(id);
    for (const { key, balance } of all) this.#put(account, key, balance, ZERO);
    let merged: Map<number, Balance>;
    do {
      account.stretchMs *= 2;
      merged = new Map();
      for (const { start, balance } of all) {
        const of = startOf(account, start);
        merged.set(of, sum(merged.get(of) ?? ZERO, balance));
      }
    } while (merged.size > this.options.maxBalances / 2);
    for (const [start, balance] of merged) this.#put(account, keyOf(id, start), null, balance);
  }

  #balancesOf(id: string): { key: string; start: number; balance: Balance }[] {
    return Array.from(this.balances.range(`${id}/`, `${id}/~`), ([key, balance]) => {
      return { key, start: Number(key.slice(-TIME_DIGITS)), balance };
    });
  }

  /** The event time at which the stretch of a minute has been passed. */
  #endOf(account: PartitionAccount, minute: number): number {
    return startOf(account, minute) + account.stretchMs + this.options.graceMs;
  }
}

function newAccount(topic: string, partition: number, isBlind: boolean): PartitionAccount {
  const totals = { expected: 0, consumed: 0, late: 0 };
  return { topic, partition, ...totals, eventTime: null, since: null, isBlind, stretchMs: MINUTE_MS, open: 0 };
}

/** Records without a time count as those of the first minute of 1970. */
function startOf({ stretchMs }: PartitionAccount, minute: number): number {
  return Math.max(0, Math.floor(minute / stretchMs) * stretchMs);
}

/** No topic's name has a slash. */
function keyOf(id: string, start: number): string {
  return `${id}/${String(start).padStart(TIME_DIGITS, '0')}`;
}

function sum([records, checksum, settlesAt]: Balance, [more, others, later]: Balance): Balance {
  const modulus = 2 ** 32;
  return [records + more, (((checksum + others) % modulus) + modulus) % modulus, Math.max(settlesAt, later)];
}
