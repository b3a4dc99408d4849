import { writeFileSync } from 'node:fs';
import { metricsDocument } from '#shared/metrics';
import { projectFile } from '#shared/project-file';

if (process.argv.length > 2) {
  process.stderr.write(
    'npm run docs:metrics has no options: it writes docs/metrics.md from shared/metrics/catalogue.\n',
  );
  process.exit(process.argv.includes('--help') ? 0 : 2);
}
writeFileSync(projectFile('docs/metrics.md'), metricsDocument());
process.stdout.write('docs/metrics.md is what the catalogue says.\n');
