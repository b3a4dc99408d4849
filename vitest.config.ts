import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source', 'node', 'import', 'module', 'default'] },
  ssr: { resolve: { conditions: ['source', 'node', 'module', 'default'] } },
  test: {
    include: ['{demos,shared,bench,grafana}/**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**', 'demos/*/exercises/**', 'grafana/faults/**'],
    globalSetup: 'shared/testing/shared-kafka.ts',
    pool: 'forks',
    // The machines are small and the tests start real brokers: two at a time keep the clock honest.
    maxWorkers: 2,
    // Each wait has a patience of its own: these are for what hangs, on machines that have other things to do.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
