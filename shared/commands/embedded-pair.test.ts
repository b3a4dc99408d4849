import { describe, expect, it, vi } from 'vitest';
import type { KitError } from '#shared/errors';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';

// As it runs: the thread of broker and registry is compiled code.
const compiled = projectFile('dist/shared/commands/embedded-pair.js').href;
const { startEmbeddedPair } = (await import(compiled)) as typeof import('./embedded-pair.js');

describe('the broker of an embedded pair', () => {
  it('is away while it is suspended, and then there again with what it had; the registry stays', async () => {
    const warnings: string[] = [];
    const pair = await startEmbeddedPair({ brokerPort: 0, registryPort: 0 }, (sentence) => warnings.push(sentence));
    const cluster = await connectCluster({ brokers: [pair.brokers], clientId: 'test' });
    await cluster.ensureTopics([{ name: 'topic', partitions: 1, config: {} }]);
    const isThere = async (): Promise<boolean> => {
      try {
        await cluster.health(['topic']);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'cluster-unreachable' } satisfies Partial<KitError>);
        return false;
      }
    };

    pair.suspendBroker(60_000);
    await vi.waitFor(async () => expect(await isThere()).toBe(false));
    expect(await (await fetch(`${pair.registry}/subjects`)).json()).toEqual([]);
    pair.resumeBroker();
    await vi.waitFor(async () => expect(await isThere()).toBe(true));
    expect(await cluster.topicNames()).toEqual(['topic']);

    pair.suspendBroker(200);
    await vi.waitFor(async () => expect(await isThere()).toBe(false), { interval: 5 });
    await vi.waitFor(async () => expect(await isThere()).toBe(true));

    await cluster.close();
    await pair.close();
    expect(warnings).toEqual([]);
  });
});
