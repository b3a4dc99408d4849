import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';

const json = (path: string) => JSON.parse(readFileSync(projectFile(path), 'utf8')) as Record<string, never>;

describe('the flight-delay model', () => {
  it('was made by the committed notebook from the committed data', () => {
    const sources = [
      'notebooks/flight-delay-gbm-h2o/flight-delay-gbm-h2o.py',
      'notebooks/flight-delay-gbm-h2o/requirements.txt',
      'datasets/nycflights/make.py',
      'datasets/nycflights/SHA256SUMS',
    ];
    const hash = createHash('sha256');
    for (const path of sources) hash.update(readFileSync(projectFile(path)));
    expect(json('demos/flight-delay/model/model.json')).toMatchObject({ madeBy: { sourceSha256: hash.digest('hex') } });
  });

  it('reaches .685 on the quarter that it never saw, as its card says', () => {
    const { quality } = json('demos/flight-delay/model/model.json') as unknown as {
      quality: { auc: number; n: number; split: string };
    };
    expect(quality.auc).toBeGreaterThanOrEqual(0.685);
    expect(quality.split).toMatch(/time/);
  });
});

describe('the data', () => {
  it('are the ones of the checksum', () => {
    const [expected, name] = readFileSync(projectFile('datasets/nycflights/SHA256SUMS'), 'utf8').trim().split(/\s+/);
    const bytes = readFileSync(projectFile(`datasets/nycflights/${name}`));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected);
  });
});
