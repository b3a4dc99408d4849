import { bad, type Finding, good } from './finding.js';

export interface Platform {
  /** As process.platform has it. */
  readonly system: string;
  /** As process.arch has it. */
  readonly architecture: string;
  /** The version of glibc that Node runs on; undefined elsewhere and with musl. */
  readonly glibc: string | undefined;
}

/** What onnxruntime-node and lmdb have binaries for. */
const supported = new Set(['linux x64', 'linux arm64', 'darwin arm64', 'win32 x64', 'win32 arm64']);
const names: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };
const WHAT_TO_DO =
  'ONNX Runtime has no build for it, so nothing can be scored; use Linux with glibc (x64, arm64), macOS on Apple silicon or Windows, also in a container or a virtual machine.';

export function lookAtPlatform(): Platform {
  // Typed as an object without properties.
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return { system: process.platform, architecture: process.arch, glibc: report?.header?.glibcVersionRuntime };
}

export function judgePlatform({ system, architecture, glibc }: Platform): Finding {
  const name = `${names[system] ?? system} ${architecture}`;
  if (system === 'linux' && glibc === undefined) {
    return bad('Platform', `${name} without glibc, as Alpine Linux has it (musl)`, WHAT_TO_DO);
  }
  if (!supported.has(`${system} ${architecture}`)) return bad('Platform', name, WHAT_TO_DO);
  if (system === 'linux' && architecture === 'x64') return good('Platform', `${name}, glibc ${glibc}`);
  return good('Platform', `${name} (all of this is tested on Linux x64 only)`);
}
