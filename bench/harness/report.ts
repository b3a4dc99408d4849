import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { KitError } from '#shared/errors';
import type { Machine } from './machine.js';

const figure = z.object({
  name: z.string(),
  unit: z.string(),
  kind: z.enum(['rate', 'cpu-rate', 'time', 'cpu-time', 'size', 'told']),
  wished: z.number().optional(),
  /** One of each round. */
  values: z.array(z.number().nullable()),
  /** The same in proportion to the yardstick loop of its round, so that what the machine does falls out; 1 is as fast. */
  ratios: z.array(z.number()).optional(),
});

const report = z.object({
  machine: z.record(z.string(), z.unknown()),
  runs: z.number(),
  records: z.number(),
  pinned: z.boolean(),
  /** The version of the Apache Kafka that the run started; absent where it was given one, or needed none. */
  kafka: z.string().optional(),
  cases: z.array(
    z.object({
      name: z.string(),
      skipped: z.string().optional(),
      contenders: z.array(
        z.object({
          name: z.string(),
          skipped: z.string().optional(),
          failed: z.string().optional(),
          figures: z.array(figure),
        }),
      ),
    }),
  ),
});

/** Every figure of one run of the bench, as --json writes them. */
export interface Report extends z.infer<typeof report> {
  readonly machine: Machine & Record<string, unknown>;
}
export type CaseReport = Report['cases'][number];
export type ContenderReport = CaseReport['contenders'][number];
export type FigureReport = z.infer<typeof figure>;

/** What --compare is given. */
export type EarlierReport = z.infer<typeof report>;

/** @throws KitError 'usage' where the file is none that --json has written. */
export function readReport(path: string): EarlierReport {
  try {
    return report.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw KitError.from(error, 'usage', `${path} is no file that --json has written`);
  }
}
