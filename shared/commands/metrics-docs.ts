import { writeFileSync } from 'node:fs';
import { metricsDocument } from '#shared/metrics';
import { projectFile } from '#shared/project-file';

writeFileSync(projectFile('docs/metrics.md'), metricsDocument());
process.stdout.write('docs/metrics.md is what the catalogue says.\n');
