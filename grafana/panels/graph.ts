import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { byName, demoColor, shades } from './colors.js';
import { described, type PanelOptions, type SizedPanel } from './options.js';

interface GraphOptions extends PanelOptions {
  /** Whose the series are: demos, each in its colour; parts of one thing, in shades; or any number of names. */
  readonly series: { readonly demos: readonly string[] } | 'parts' | 'names';
  /** One upon the other, where the sum means something. */
  readonly stacked?: boolean;
}

/** How something went over the time that is shown. */
export function graph(options: GraphOptions): SizedPanel {
  const { series, stacked = false, limits, width } = options;
  const builder = described(new PanelBuilder(), options, (query) => query.range())
    .colorScheme(series === 'parts' ? shades() : byName())
    .lineWidth(2)
    .fillOpacity(stacked ? 30 : 0)
    .showPoints(VisibilityMode.Never)
    .axisSoftMin(0)
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    );
  if (stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (limits !== undefined) {
    builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  if (typeof series === 'object') {
    series.demos.forEach((demo, index) => {
      builder.overrideByRegexp(`/^${demo}( |$)/`, [demoColor(index)]);
    });
  }
  return { width, builder };
}
