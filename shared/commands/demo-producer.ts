import type { OutgoingRecord, Producer } from '#shared/kafka';
import { DeliveryCounter } from '#shared/monitoring';
import { deliveryCounting } from './delivery-counting.js';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoBasics } from './demo-definition.js';

/**
 * A producer of a demo's records. Where the run is monitored it counts what it writes, for the audit of delivery: the
 * counts go with the records, in one send, which brokers write in an order of their own; the audit takes what was written and
 * what was processed in any order. Of a send that fails nobody knows what was written, of counts or of records: what is
 * there of the one may be missing of the other.
 */
export async function openDemoProducer(
  definition: DemoBasics,
  demo: DemoCluster,
  { monitoring }: { readonly monitoring: boolean },
): Promise<Pick<Producer, 'send' | 'close'>> {
  if (!monitoring) return demo.cluster.produce();
  // The producer last: where the registry refuses, none is open that nobody would close.
  const { audited, counting } = await deliveryCounting(definition, demo);
  const producer = await demo.cluster.produce();
  const counter = new DeliveryCounter({ role: 'producer', ...counting });
  return {
    async send(records: readonly OutgoingRecord[]) {
      const placed = await producer.place(records);
      for (const record of placed) if (audited.has(record.topic)) counter.count(record);
      await producer.send([...counter.take(), ...placed]);
    },
    close: () => producer.close(),
  };
}
