import {
  keyValueStore,
  type ProcessorContext,
  type ProcessorSupplier,
  type StreamsBuilder,
  serdes,
} from '#shared/streams';
import { DeliveryLedger, type LedgerOptions } from './delivery-ledger.js';
import type { LostCounts } from './lost-counts.js';
import type { AuditReport, DeliveryCounts, MonitoringTopics } from './monitoring-topics.js';

/** An hour of event time: at the pace of the demos it passes in one to twelve seconds. */
const GRACE_MS = 3_600_000;
/** A day of minutes. */
const MAX_BALANCES = 1_440;
const REPORT_INTERVAL_MS = 1_000;

const STORES = { accounts: 'delivery-accounts', balances: 'delivery-balances', losses: 'delivery-losses' } as const;

/**
 * Audits delivery: sets what producers say they have written (expected) against what scorers say they have processed
 * (consumed), by topic, partition and minute of event time, as LinkedIn's Kafka Audit and Uber's Chaperone do. Both count
 * a record under its Kafka timestamp, and sum the CRC-32 of key and value.
 *
 * - A partition's event time is the latest minute of which records were both written and processed. A record that nobody
 *   has counted, with a date far ahead, does not move it.
 * - A minute is settled when event time has passed its end by `graceMs`. Then `missing` is what was written and not
 *   processed, `duplicate` what was processed more often than written, and a minute is `altered` where as many records
 *   were processed as written, with another sum. Counts that come later correct that: these are differences, not events.
 * - `late` are records that were processed when their minute had been passed, also where they were written that late. A
 *   producer's count for such a minute opens it again, until event time has gone on by `graceMs`.
 * - What is written, not processed and not settled is in flight: expected − consumed − missing + duplicate. That is all
 *   that there is of a partition of which nothing more is processed, and of the last minutes where a stream ends.
 * - What somebody writes without counting it is processed more often than written: it shows as duplicate.
 *
 * Bounded: only minutes whose two sides differ are kept, at most 1,440 of each partition. Where there would be more, in a
 * long backlog or after many faults, the partition's minutes become stretches of two, of four and so on, until no
 * difference is left. The sums stay true; only a record that is missing and one that is there twice in the same stretch
 * cancel out, and show as altered.
 *
 * Where counts were gone before they could be read, or could not be read (`lost`), all partitions begin anew: totals from 0, differences dropped, and
 * minutes left out on both sides up to where counts are whole again, which is `since`. A partition that is heard of first
 * after a loss begins so, too.
 *
 * A report of each partition where something has changed is written at most once a second. Pure: reads no clock but the
 * task's.
 */
export function buildDeliveryAudit(
  builder: StreamsBuilder,
  { deliveryCounts, auditReports }: Pick<MonitoringTopics, 'deliveryCounts' | 'auditReports'>,
  {
    graceMs = GRACE_MS,
    maxBalances = MAX_BALANCES,
    lost,
  }: Partial<LedgerOptions> & { readonly lost?: LostCounts } = {},
): void {
  builder
    .addStateStore(keyValueStore<string, number[]>({ name: STORES.accounts, value: serdes.numbers }))
    .addStateStore(keyValueStore<string, number[]>({ name: STORES.balances, value: serdes.numbers }))
    .addStateStore(keyValueStore<string, boolean>({ name: STORES.losses }))
    .stream(deliveryCounts)
    .process(audit({ graceMs, maxBalances }, lost), { named: 'delivery-audit', stores: Object.values(STORES) })
    .to(auditReports);
}

function audit(
  options: LedgerOptions,
  lost: LostCounts | undefined,
): ProcessorSupplier<unknown, DeliveryCounts, string, AuditReport> {
  return () => {
    let ledger: DeliveryLedger;
    let changed: Set<string>;
    let offset: () => number | undefined;
    const report = (context: ProcessorContext<string, AuditReport>, timestamp: number): void => {
      for (const id of changed) {
        const value = ledger.report(id);
        if (value !== undefined) context.forward({ key: id, value, timestamp });
      }
      changed.clear();
    };
    return {
      init(context) {
        offset = () => context.recordMetadata()?.offset;
        ledger = new DeliveryLedger(
          context.getStateStore(STORES.accounts),
          context.getStateStore(STORES.balances),
          context.getStateStore(STORES.losses),
          options,
        );
        // What was counted, and not reported, before a restart is not known apart.
        changed = new Set(ledger.partitions());
        context.schedule(REPORT_INTERVAL_MS, 'wall-clock-time', (timestamp) => report(context, timestamp));
      },
      process({ value }) {
        if (lost?.areBefore(offset()) === true) {
          ledger.beginAnew();
          for (const id of ledger.partitions()) changed.add(id);
        }
        for (const each of value.partitions) changed.add(ledger.take(value.role, each));
      },
    };
  };
}
