import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { alertLimits } from './alert-limits.js';
import { conditionsOf } from './conditions.js';
import { sampleServing, sampleVitals } from './sample-vitals.js';

const folder = projectFile('grafana/prometheus/rules/');
const rules = readdirSync(folder)
  .filter((file) => file.endsWith('.yml'))
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  .join('\n');

/** The rule of an alert, with what it says to people. */
function ruleOf(alert: string): string {
  return new RegExp(`- alert: ${alert}\\n([\\s\\S]*?)(?=\\n      - |\\n {0,4}\\S|$)`).exec(rules)?.[1] ?? '';
}

describe('the limits of the page', () => {
  it.each<[keyof typeof alertLimits, string, string]>([
    ['latencySeconds', 'PredictionLatencyHigh', '> 1\n'],
    ['scoringSeconds', 'ScoringSlow', '> 0.1\n'],
    ['waitingRecords', 'ScorerBehind', '> 1000)'],
    ['waitingSeconds', 'ScorerBehind', '> 20\n'],
    ['aucBelowCard', 'ModelQualityDropped', '- 0.1\n'],
    ['aucOfAllBelowCard', 'ModelQualityDropped', '- 0.05\n'],
    ['labels', 'ModelQualityDropped', '>= 500)'],
    ['lateShare', 'RecordsLate', '> 0.01\n'],
    ['lateSeconds', 'RecordsLate', '300"'],
    ['driftIndex', 'InputDrift', '> 0.25)'],
  ])('have for %s that of the alert %s', (limit, alert, text) => {
    expect(ruleOf(alert)).toContain(text);
    expect(Number(/[\d.]+/.exec(text)?.[0])).toBe(alertLimits[limit]);
  });

  it('are of alerts that there are, each as severe as on the page', () => {
    const everything = conditionsOf(
      sampleVitals({
        clusterSilentSince: 0,
        quietSeconds: 1_000,
        waiting: 1e6,
        unscoredSeconds: 1_000,
        latencySeconds: 9,
        scoringSeconds: 9,
        modelSeconds: 9,
        deadLetters: [{ reason: 'record-undecodable', count: 1 }],
        serving: [{ ...sampleServing, worseThanCoin: true }],
        refusal: { model: 'm 2', role: 'champion', message: 'It is damaged.', at: sampleVitals().now },
        drift: { rows: 1_000, inputs: [{ name: 'speed', drifts: true }] },
        delivery: { missing: 1, duplicate: 1, altered: 1 },
        monitor: { state: 'silent', sentence: 'It is silent.' },
      }),
    );
    const severities = { info: 'note', warning: 'warning', critical: 'critical' } as const;
    expect(everything.length).toBeGreaterThan(12);
    for (const { alert, severity } of everything) {
      const found = /severity: (info|warning|critical)/.exec(ruleOf(alert))?.[1] as keyof typeof severities;
      expect([alert, severity]).toEqual([alert, severities[found]]);
    }
  });
});
