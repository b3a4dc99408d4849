import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { alertsOf, readRuleFiles } from '#shared/testing';
import { faultCatalogue } from './fault-catalogue.js';
import { faultsDocument } from './faults-document.js';

it('docs/faults.md is what npm run docs:faults makes of the catalogue', () => {
  expect(readFileSync(projectFile('docs/faults.md'), 'utf8')).toBe(faultsDocument());
});

describe('the catalogue', () => {
  it('names alerts that there are, each with its entry in the runbook', async () => {
    const alerts = new Set(alertsOf((await readRuleFiles()).values()).map(({ alert }) => alert));
    const named = faultCatalogue.flatMap(({ alert, also }) => [alert, ...also]);
    expect(named.filter((alert) => !alerts.has(alert))).toEqual([]);
    const runbook = readFileSync(projectFile('docs/monitoring.md'), 'utf8').toLowerCase();
    expect(named.filter((alert) => !runbook.includes(`# ${alert.toLowerCase()}\n`))).toEqual([]);
  });

  it('names places that the page has', () => {
    const folder = fileURLToPath(projectFile('shared/dashboard/page'));
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') || name.endsWith('.html'));
    const text = files.map((name) => readFileSync(`${folder}/${name}`, 'utf8')).join('\n');
    const isThere = (panel: string): boolean => text.includes(`"${panel}"`) || text.includes(`'${panel}'`);
    expect(faultCatalogue.map(({ panel }) => panel).filter((panel) => !isThere(panel))).toEqual([]);
  });
});
