import { z } from 'zod';

const dataSource = z.object({ type: z.string(), uid: z.string() });

const variable = z.object({
  name: z.string(),
  label: z.string().optional(),
  type: z.string(),
  query: z
    .union([z.string(), z.object({ query: z.string() })])
    .transform((query) => (typeof query === 'string' ? query : query.query)),
  datasource: dataSource.optional(),
  multi: z.boolean().optional(),
  allValue: z.string().optional(),
  refresh: z.number().optional(),
});

const target = z.object({
  refId: z.string(),
  datasource: dataSource.optional(),
  expr: z.string(),
  instant: z.boolean().optional(),
});

const panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  datasource: dataSource.optional(),
  targets: z.array(target).optional(),
  fieldConfig: z.object({ defaults: z.object({ unit: z.string().optional() }) }).optional(),
});

const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  editable: z.boolean().optional(),
  templating: z.object({ list: z.array(variable) }),
  panels: z.array(panel),
});

/** A dashboard's JSON, of schema v1, as far as the rules and the evaluation of its queries look at it. */
export type LintedDashboard = z.infer<typeof dashboard>;
export type LintedPanel = LintedDashboard['panels'][number];

/** @throws ZodError when it is no dashboard. */
export function parseDashboard(json: string): LintedDashboard {
  return dashboard.parse(JSON.parse(json));
}

/** The panels that show something: all but the headings of rows. */
export function shownPanels({ panels }: LintedDashboard): LintedPanel[] {
  return panels.filter(({ type }) => type !== 'row');
}
