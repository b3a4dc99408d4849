import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import { BarGaugeDisplayMode, ReduceDataOptionsBuilder, VizOrientation } from '@grafana/grafana-foundation-sdk/common';
import { byThreshold, shades } from './colors.js';
import { described, type PanelOptions, type SizedPanel } from './options.js';

/** The last value of each of many series, a bar each. */
export function bars(options: PanelOptions): SizedPanel {
  const builder = described(new PanelBuilder(), options, (query) => query.instant())
    .colorScheme(options.limits === undefined ? shades() : byThreshold())
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .showUnfilled(true);
  return { width: options.width, builder };
}
