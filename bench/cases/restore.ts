import { randomUUID } from 'node:crypto';
import type { Case, Figure } from '../harness/case.js';
import { rates } from '../harness/figures.js';
import { nodeProgram, startLoad } from '../harness/load.js';
import { ownProgram, startMeasuredBroker } from '../harness/measured-broker.js';
import type { Setting } from '../harness/setting.js';

const WISHED = 150_000;

async function take(setting: Setting, address: string): Promise<Figure[]> {
  const args = [address, `restore-${randomUUID()}`, setting.count(1_000_000, 5_000)];
  const load = startLoad(nodeProgram('loads/restore', ...args), { core: setting.cores.measured });
  return rates('records', await load.result, WISHED);
}

export const restore: Case = {
  name: 'restore',
  about: 'a table of a million keys restored from its changelog, start and group included',
  isShort: true,
  contenders: (setting) => [
    {
      name: 'embedded',
      async take() {
        await using broker = await startMeasuredBroker(ownProgram, [], setting.cores.others);
        return await take(setting, broker.address);
      },
    },
    {
      name: 'kafka',
      whyNot: () => setting.whyNoKafka(),
      take: async () => take(setting, await setting.kafka()),
    },
  ],
};
