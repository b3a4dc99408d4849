// Fails when a run report, or one of an array of them, does not account for every unit:
// node check-report.mjs FILE RECORDS, where RECORDS is how many of the main input each demo produced.
import { readFileSync } from 'node:fs';

/** Demos whose unit is of several records: so many make one, where none is missing. */
const recordsPerUnit = { 'telco-anomaly': 5 };

function faultsOf({ demo, records, quality }, expected) {
  const { produced, filtered, scored, deadLettered, lost, duplicated } = records;
  const perUnit = recordsPerUnit[demo];
  return [
    perUnit === undefined && produced !== expected && `produced is ${produced}, not ${expected}`,
    perUnit !== undefined &&
      produced < expected / perUnit &&
      `produced is ${produced}, less than ${expected} / ${perUnit}`,
    produced !== scored + filtered + deadLettered && 'produced is not scored + filtered + deadLettered',
    !(scored > 0) && 'nothing is scored',
    lost !== 0 && `lost is ${lost}`,
    duplicated !== 0 && `duplicated is ${duplicated}`,
    deadLettered !== 0 && `deadLettered is ${deadLettered}`,
    // Absent where no outcome is known so soon.
    quality !== undefined && !(quality.auc > 0.6) && `the AUC is ${quality.auc}`,
  ]
    .filter(Boolean)
    .map((fault) => `${demo}: ${fault}`);
}

const [file, expected] = process.argv.slice(2);
const reports = [JSON.parse(readFileSync(file, 'utf8'))].flat();
for (const report of reports) console.log(JSON.stringify(report));
const faults = reports.flatMap((report) => faultsOf(report, Number(expected)));
if (reports.length === 0) faults.push('there is none');
if (faults.length > 0) {
  console.error(`The run report is wrong: ${faults.join('; ')}.`);
  process.exit(1);
}
