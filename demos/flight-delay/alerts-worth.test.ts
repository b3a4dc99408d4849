import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { loadModel } from '#shared/scoring';
import { createTopologyTestDriver, StreamsBuilder } from '#shared/streams';
import { produce } from './producer.js';
import { rows } from './rows.js';
import { buildTopology } from './scorer.js';
import { type Alert, alerts, DELAYED_FROM_MINUTES } from './topics.js';

const HOUR_MS = 3_600_000;
const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' });

/** A flight that landed. */
interface Landed {
  readonly airport: string;
  readonly publishedAt: number;
  readonly late: boolean;
}

const lateShare = (flights: readonly Landed[]): number => flights.filter(({ late }) => late).length / flights.length;
const percent = (share: number): number => Math.round(100 * share);

/** What is told in the quarter, by the demo's own model. */
async function alertsOfTheQuarter(): Promise<Alert[]> {
  const model = await loadModel(fileURLToPath(projectFile('demos/flight-delay/model/')), { reasons: true });
  const builder = new StreamsBuilder();
  buildTopology(builder, model);
  const topology = await createTopologyTestDriver(builder.build());
  const told: Alert[] = [];
  let chunk: Parameters<typeof topology.pipeAll>[0][number][] = [];
  const send = async (): Promise<void> => {
    await topology.pipeAll(chunk);
    chunk = [];
    for (const { value } of await topology.read(alerts)) if (value) told.push(value);
  };
  for (const { topic, key, value, eventTime } of produce({ lap: 1, limit: Number.POSITIVE_INFINITY, seed: 1 })) {
    chunk.push({ topic, record: { key, value, timestamp: eventTime } });
    if (chunk.length >= 5_000) await send();
  }
  await send();
  await model.close();
  return told;
}

it('are worth what the README says of them', async () => {
  const told = await alertsOfTheQuarter();
  const opened = told.filter(({ state }) => state === 'opened');
  const closed = new Map(told.filter(({ state }) => state === 'closed').map(({ id, eventTime }) => [id, eventTime]));
  const open = opened.map(({ id, airport, openedAt }) => {
    return { airport, from: openedAt, to: closed.get(id) ?? Number.POSITIVE_INFINITY };
  });
  const landed: Landed[] = [];
  for (const row of rows()) {
    if (row('landedAt') === '') continue;
    const late = Number(row('arrivalDelay')) >= DELAYED_FROM_MINUTES;
    landed.push({ airport: row('origin'), publishedAt: Date.parse(row('eventTime')), late });
  }
  const isUnder = ({ airport, publishedAt }: Landed, alert: (typeof open)[number]): boolean =>
    alert.airport === airport && publishedAt >= alert.from && publishedAt < alert.to;
  const under = landed.filter((flight) => open.some((alert) => isUnder(flight, alert)));
  const others = landed.filter((flight) => !open.some((alert) => isUnder(flight, alert)));
  const all = lateShare(landed);

  const hours = open.map(({ from, to }) => (to - from) / HOUR_MS).toSorted((a, b) => a - b);
  const falseOnes = open.filter((alert) => lateShare(under.filter((flight) => isUnder(flight, alert))) <= all);
  expect({
    alerts: opened.length,
    days: new Set(opened.map(({ openedAt }) => day.format(openedAt))).size,
    medianHours: hours[Math.floor(hours.length / 2)],
    percentLate: [percent(lateShare(under)), percent(lateShare(others)), percent(all)],
    percentOfTheLate: percent(under.filter(({ late }) => late).length / landed.filter(({ late }) => late).length),
    false: falseOnes.length,
  }).toEqual({
    alerts: 123,
    days: 47,
    medianHours: 10,
    percentLate: [55, 18, 23],
    percentOfTheLate: 34,
    false: 20,
  });
}, 120_000);
