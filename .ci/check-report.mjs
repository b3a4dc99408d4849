// Fails when a run report does not account for every record: node check-report.mjs FILE RECORDS
import { readFileSync } from 'node:fs';

const [file, expected] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file, 'utf8'));
const { produced, filtered, scored, deadLettered, lost, duplicated } = report.records;
const faults = [
  produced !== Number(expected) && `produced is ${produced}, not ${expected}`,
  produced !== scored + filtered + deadLettered && 'produced is not scored + filtered + deadLettered',
  lost !== 0 && `lost is ${lost}`,
  duplicated !== 0 && `duplicated is ${duplicated}`,
  deadLettered !== 0 && `deadLettered is ${deadLettered}`,
  !(report.quality?.auc > 0.6) && `the AUC is ${report.quality?.auc}`,
].filter(Boolean);
console.log(JSON.stringify(report));
if (faults.length > 0) {
  console.error(`The run report is wrong: ${faults.join('; ')}.`);
  process.exit(1);
}
