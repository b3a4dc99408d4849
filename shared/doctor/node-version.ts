import { bad, type Finding, good, note } from './finding.js';

const OLDEST = [20, 20] as const;
/** What the project's tests run on. */
const TESTED = [20, 24];

/** @param version As process.versions.node has it. */
export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const tested = `tested are ${TESTED.join(' and ')}`;
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return bad('Node', version, `Install Node ${OLDEST.join('.')} or later, from https://nodejs.org.`);
  }
  if (TESTED.includes(major)) return good('Node', version);
  if (major < Math.max(...TESTED)) return good('Node', `${version} (${tested})`);
  return note(
    'Node',
    `${version}, which is newer than what was tested`,
    `Should something fail, try Node ${Math.max(...TESTED)}.`,
  );
}
