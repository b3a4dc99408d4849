import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { byThreshold } from './colors.js';
import { described, type PanelOptions, type SizedPanel } from './options.js';

interface StatOptions extends PanelOptions {
  /** Words for values, such as 1 and 0. */
  readonly words?: Readonly<Record<string, string>>;
  /** Shows what the series is called, not its value: for what is known by its labels. */
  readonly isName?: boolean;
}

/** The answer to a question: the last value of each series, large. */
export function stat(options: StatOptions): SizedPanel {
  const { words, isName = false, width } = options;
  const builder = described(new PanelBuilder(), options, (query) => query.instant())
    .colorScheme(byThreshold())
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .orientation(VizOrientation.Horizontal)
    .textMode(isName ? BigValueTextMode.Name : BigValueTextMode.Auto);
  if (words !== undefined) {
    const inWords = Object.entries(words).map(([value, text]) => [value, { text }] as const);
    builder.mappings([{ type: MappingType.ValueToText, options: Object.fromEntries(inWords) }]);
  }
  return { width, builder };
}
