import type { Case } from '../harness/case.js';
import { broker } from './broker.js';
import { demos, scrape } from './demos.js';
import { endToEnd, endToEndEmbedded } from './end-to-end.js';
import { growth } from './growth.js';
import { codec, memory, operators } from './in-process.js';
import { latency, latencyEmbedded } from './latency.js';
import { modelSwaps } from './model-swaps.js';
import { monitoring } from './monitoring.js';
import { restore } from './restore.js';
import { modelLoad, scoreCommand, scoring } from './scoring.js';
import { startUp } from './start-up.js';

/** All that is measured, in this order. */
export const cases: readonly Case[] = [
  endToEnd,
  endToEndEmbedded,
  growth,
  latency,
  latencyEmbedded,
  startUp,
  codec,
  scoring,
  modelLoad,
  scoreCommand,
  operators,
  memory,
  restore,
  modelSwaps,
  broker,
  demos,
  scrape,
  monitoring,
];
