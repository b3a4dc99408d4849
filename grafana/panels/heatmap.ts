import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { described, type PanelOptions, type SizedPanel } from './options.js';

/** How a histogram's observations spread over its buckets, and how that went: the darker, the more. */
export function heatmap(options: PanelOptions): SizedPanel {
  const builder = described(new PanelBuilder(), options, (query) => query.range().format(PromQueryFormat.Heatmap))
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Blues').steps(32).reverse(true))
    .cellGap(1)
    .yAxis(new YAxisConfigBuilder().unit(options.unit));
  return { width: options.width, builder };
}
