import { writeFileSync } from 'node:fs';
import { faultsDocument } from '#shared/control';
import { projectFile } from '#shared/project-file';

if (process.argv.length > 2) {
  process.stderr.write(
    'npm run docs:faults has no options: it writes docs/faults.md from shared/control/fault-catalogue.ts.\n',
  );
  process.exit(process.argv.includes('--help') ? 0 : 2);
}
writeFileSync(projectFile('docs/faults.md'), faultsDocument());
process.stdout.write('docs/faults.md is what the catalogue says.\n');
