import { type LintedDashboard, shownPanels } from './linted-dashboard.js';

/** A query of a panel, as Grafana sends it: its variables have values. */
export interface PanelQuery {
  /** Where it is, for people: `Overview: seven questions / Records missing / A`. */
  readonly where: string;
  readonly expr: string;
  /** Of the last value, not of the course over time. */
  readonly isInstant: boolean;
}

/** What variables stand for: a name's values as a regular expression, and durations. */
export interface Variables {
  /** `$job`, `$demo` …; `.+` where all are chosen and it is not named. */
  readonly chosen?: Readonly<Record<string, string>>;
  readonly rateInterval: string;
  readonly range: string;
}

/** The queries of all panels of a dashboard. */
export function panelQueries(
  dashboard: LintedDashboard,
  { chosen = {}, rateInterval, range }: Variables,
): PanelQuery[] {
  const values: Readonly<Record<string, string>> = { __rate_interval: rateInterval, __range: range };
  const all = new Map(dashboard.templating.list.map(({ name, allValue }) => [name, allValue]));
  const meaning = (variable: string, name: string): string => values[name] ?? chosen[name] ?? all.get(name) ?? variable;
  return shownPanels(dashboard).flatMap(({ title = '', targets = [] }) =>
    targets.map(({ refId, expr, instant = false }) => ({
      where: `${dashboard.title} / ${title} / ${refId}`,
      expr: expr.replaceAll(/\$(\w+)/g, meaning),
      isInstant: instant,
    })),
  );
}
