import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { catalogue, metricsDocument } from '#shared/metrics';
import { projectFile } from '#shared/project-file';

it('docs/metrics.md is what npm run docs:metrics makes of the catalogue', () => {
  expect(readFileSync(projectFile('docs/metrics.md'), 'utf8')).toBe(metricsDocument());
});

it('docs/metrics.md has every metric once, with its help', () => {
  const document = metricsDocument();
  for (const { name, help } of Object.values(catalogue)) {
    expect(document.split(`| \`${name}\` |`)).toHaveLength(2);
    expect(document).toContain(help);
  }
});
