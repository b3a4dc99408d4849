// A reporter for vitest: writes how long each test file took, hooks included, to the file that DURATIONS names: seconds and path.
import { appendFileSync } from 'node:fs';

export default class Durations {
  onTestModuleEnd(module) {
    const { duration } = module.diagnostic();
    appendFileSync(process.env.DURATIONS, `${(duration / 1_000).toFixed(1)} ${module.relativeModuleId}\n`);
  }
}
