import { describe, expect, it } from 'vitest';
import { loadOnnxRuntime, platformProblem } from './onnx-runtime.js';

describe('the ONNX Runtime', () => {
  it.each([
    ['linux', 'x64', false],
    ['linux', 'arm64', false],
    ['darwin', 'arm64', false],
    ['win32', 'x64', false],
  ] as const)('has a build for %s %s', (os, arch, musl) => {
    expect(platformProblem({ os, arch, musl })).toBeUndefined();
  });

  it.each([
    ['linux', 'x64', true, 'this is linux-x64 with musl'],
    ['darwin', 'x64', false, 'this is darwin-x64'],
    ['freebsd', 'x64', false, 'this is freebsd-x64'],
  ] as const)('has none for %s %s (musl: %s)', (os, arch, musl, sentence) => {
    expect(platformProblem({ os, arch, musl })).toContain(sentence);
  });

  it('loads here, and is told to report nothing to its makers', async () => {
    expect(await loadOnnxRuntime()).toHaveProperty('InferenceSession');
    expect(process.env.ORT_DISABLE_TELEMETRY).toBe('1');
  });
});
