import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import config from './vitest.config.js';

const last = 'every-alert.test.ts';

/** By name, and then the file that asks what the others have seen. */
class AsksLast extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLast = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith(last);
    const byName = files.toSorted((one, other) => one.moduleId.localeCompare(other.moduleId));
    return Promise.resolve([...byName.filter((file) => !isLast(file)), ...byName.filter(isLast)]);
  }
}

// Faults made under a real Prometheus want a machine to themselves: an alert of slowness must be of what was made slow. Each
// wait has a patience of its own, and says what it waited for: these are for what hangs.
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: ['grafana/faults/**/*.test.ts'],
    exclude: [],
    globalSetup: 'shared/testing/seen-alerts-folder.ts',
    maxWorkers: 1,
    sequence: { sequencer: AsksLast },
    testTimeout: 1_800_000,
    hookTimeout: 1_200_000,
  },
});
