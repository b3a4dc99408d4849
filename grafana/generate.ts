import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dashboardFiles, dashboardsFolder } from './dashboard-files.js';

// `npm run grafana`: writes the dashboards anew, and takes away those that there are no longer.
if (process.argv.length > 2) {
  process.stderr.write('npm run grafana has no options: it writes grafana/dashboards-json from grafana/dashboards.\n');
  process.exit(process.argv.includes('--help') ? 0 : 2);
}
const files = await dashboardFiles();
mkdirSync(dashboardsFolder, { recursive: true });
for (const name of readdirSync(dashboardsFolder)) {
  if (name.endsWith('.json') && !files.has(name)) rmSync(new URL(name, dashboardsFolder));
}
for (const [name, text] of files) writeFileSync(new URL(name, dashboardsFolder), text);
process.stdout.write(`${files.size} dashboards written to grafana/dashboards-json.\n`);
