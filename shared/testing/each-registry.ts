import { beforeAll, describe } from 'vitest';
import { startRegistry } from '#shared/embedded/registry';
import { KitError } from '#shared/errors';
import { APICURIO_VERSION, missingForApicurio, startApicurio } from './apicurio-process.js';

/** The registry that a suite runs on: there from its first hook to its last, and empty at first. */
export interface RegistryUnderTest {
  /** Of its Confluent-compatible API. */
  readonly url: string;
}

/** The first start may have to download the jars. */
const START_HOOK_MS = 300_000;

/**
 * One contract, two registries: the embedded one always, Apicurio Registry where Java and Maven are, in a container
 * engine's place. Where it cannot be started, that is said and skipped, and with CI=true it fails.
 */
export async function describeOnEachRegistry(
  what: string,
  specify: (registry: RegistryUnderTest) => void,
): Promise<void> {
  describe(`${what} (embedded registry)`, () => specifyOn(() => startRegistry({ port: 0 }), specify));
  const missing = await missingForApicurio();
  const skipped = missing !== undefined && process.env.CI !== 'true';
  if (skipped) console.warn(`Skipped: ${what} on Apicurio Registry ${APICURIO_VERSION}, because ${missing}.`);
  describe.skipIf(skipped)(`${what} (Apicurio Registry ${APICURIO_VERSION})`, () => specifyOn(startApicurio, specify));
}

function specifyOn(
  start: () => Promise<RegistryUnderTest & { close(): Promise<void> }>,
  specify: (registry: RegistryUnderTest) => void,
): void {
  let started: Awaited<ReturnType<typeof start>> | undefined;
  beforeAll(async () => {
    started = await start();
    return () => started?.close();
  }, START_HOOK_MS);
  specify({
    get url() {
      if (started === undefined) throw new KitError('internal', 'The registry is asked for before the first hook.');
      return started.url;
    },
  });
}
