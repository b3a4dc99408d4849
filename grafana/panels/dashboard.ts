import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  TimePickerBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { KitError } from '#shared/errors';
import { catalogue } from '#shared/metrics';
import type { SizedPanel } from './options.js';

/** Of Grafana's grid. */
const GRID_COLUMNS = 24;

/** All dashboards of the kit are known by it, and link to each other. */
const TAG = 'kafka-ml-demos';

/** Panels beside each other, under a heading. */
export interface DashboardRow {
  readonly title: string;
  /** In the grid's units, of 30 pixels each. */
  readonly height: number;
  /** Their widths add up to the grid's. */
  readonly panels: readonly SizedPanel[];
}

interface DashboardOptions {
  /** Stays, whatever the title becomes; also what the file is called. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** What can be chosen beside data source, job and instance. */
  readonly choices: readonly Choice[];
  readonly rows: readonly DashboardRow[];
}

type Choice = 'demo' | 'scorer';

/** Puts rows of panels into a dashboard, one under the other, each panel with an id of its own. */
export function dashboard({ uid, title, description, choices, rows }: DashboardOptions): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-15m', to: 'now' })
    .timepicker(new TimePickerBuilder().refreshIntervals(['5s', '10s', '30s', '1m', '5m']))
    .refresh('5s')
    .link(
      new DashboardLinkBuilder('Dashboards')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .includeVars(false)
        .keepTime(true)
        .asDropdown(false),
    )
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data Source').type('prometheus'));
  for (const name of ['job', 'instance', ...choices]) builder.withVariable(choice(name));
  let id = 0;
  let y = 0;
  for (const row of rows) {
    const columns = row.panels.reduce((sum, { width }) => sum + width, 0);
    if (columns !== GRID_COLUMNS) {
      throw new KitError(
        'internal',
        `The row "${row.title}" of ${uid} is ${columns} columns wide, not ${GRID_COLUMNS}.`,
      );
    }
    id += 1;
    builder.withRow(new RowBuilder(row.title).id(id).gridPos({ x: 0, y, w: GRID_COLUMNS, h: 1 }));
    y += 1;
    let x = 0;
    for (const { width, builder: panel } of row.panels) {
      id += 1;
      builder.withPanel(panel.id(id).gridPos({ x, y, w: width, h: row.height }));
      x += width;
    }
    y += row.height;
  }
  return builder.build();
}

// What each process that Prometheus reads has: a page the first, a scorer with a port of its own the second.
const anyProcess = `__name__=~"${catalogue.scorerUp.name}|${catalogue.tasks.name}"`;

/** The series whose labels are a variable's values, by what is chosen before it. */
const chosenBefore: Readonly<Record<string, string>> = {
  job: `{${anyProcess}}`,
  instance: `{${anyProcess}, job=~"$job"}`,
  demo: `${catalogue.scorerUp.name}{job=~"$job", instance=~"$instance"}`,
  scorer: `${catalogue.scorerUp.name}{job=~"$job", instance=~"$instance", demo=~"$demo"}`,
};

const labels: Readonly<Record<string, string>> = { job: 'Job', instance: 'Instance', demo: 'Demo', scorer: 'Scorer' };

/** A variable of a label's values, several of which, or all, can be chosen. */
function choice(label: string): QueryVariableBuilder {
  const query = `label_values(${chosenBefore[label] ?? ''}, ${label})`;
  return new QueryVariableBuilder(label)
    .label(labels[label] ?? label)
    .datasource({ type: 'prometheus', uid: '$' + '{datasource}' })
    .query({ query, refId: label })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
