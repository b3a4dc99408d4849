import { KitError } from '#shared/errors';

export type OnnxRuntime = typeof import('onnxruntime-node');

/** Where this process runs, as far as the native runtime is concerned. */
export interface Platform {
  readonly os: NodeJS.Platform;
  readonly arch: string;
  /** Linux with another C library than glibc. */
  readonly musl: boolean;
}

/**
 * Loads the ONNX Runtime when it is first needed: only a process that scores pays for it.
 * @throws KitError 'platform-unsupported' where there is no build of it.
 */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  const problem = platformProblem(thisPlatform());
  if (problem !== undefined) throw new KitError('platform-unsupported', problem);
  // It reports to its makers how it is used, from Linux, too; it looks for this when it is loaded.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw KitError.from(error, 'platform-unsupported', 'Loading the ONNX Runtime, which is native code');
  }
}

/** Why the ONNX Runtime cannot be loaded on a platform; undefined where it can. */
export function platformProblem({ os, arch, musl }: Platform): string | undefined {
  const builds = 'Linux with glibc (x64, arm64), macOS on Apple silicon, and Windows (x64, arm64)';
  const here = `${os}-${arch}${musl ? ' with musl' : ''}`;
  const supported =
    (os === 'linux' && !musl && (arch === 'x64' || arch === 'arm64')) ||
    (os === 'darwin' && arch === 'arm64') ||
    (os === 'win32' && (arch === 'x64' || arch === 'arm64'));
  return supported
    ? undefined
    : `Scoring needs the ONNX Runtime, which has builds for ${builds}; this is ${here}. A container or a machine of one of these kinds will do.`;
}

function thisPlatform(): Platform {
  // Node's own report names the glibc it runs on; where there is none, it is musl.
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return {
    os: process.platform,
    arch: process.arch,
    musl: process.platform === 'linux' && header.glibcVersionRuntime === undefined,
  };
}
