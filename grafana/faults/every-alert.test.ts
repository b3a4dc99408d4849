import { expect, it } from 'vitest';
import { alertsOf, describeWithPrometheus, missingForKafkaJars, readRuleFiles, seenAlerts } from '#shared/testing';

// After all others, whose alerts it asks for. Where they are skipped there is nothing to ask.
const isSkipped = process.env.CI !== 'true' && (await missingForKafkaJars()) !== undefined;

await describeWithPrometheus('Every alert', () => {
  it.skipIf(isSkipped)('was provoked, and told to a webhook, by a test that waited for it', async () => {
    const alerts = alertsOf((await readRuleFiles()).values()).map(({ alert }) => alert);
    const seen = await seenAlerts();
    expect(alerts.filter((alert) => !seen.has(alert))).toEqual([]);
  });
});
