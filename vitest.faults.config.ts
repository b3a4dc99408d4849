import { defineConfig } from 'vitest/config';
import config from './vitest.config.js';

// Faults made under a real Prometheus want a machine to themselves: an alert of slowness must be of what was made slow.
export default defineConfig({
  ...config,
  test: { ...config.test, include: ['grafana/faults/**/*.test.ts'], exclude: [], maxWorkers: 1 },
});
