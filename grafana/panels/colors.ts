import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** What a colour says; series that say none of it are blue, or have a colour of their demo. */
export const signal = { good: 'green', attention: 'orange', bad: 'red', plain: 'text' } as const;

const quiet = 'blue';

// Apart from each other also for the colour-blind, and none of them green, orange or red: those are for what they say.
const demoColors = ['#5794F2', '#B877D9', '#37B8B0', '#E0B400', '#8F8FA8', '#C66E9B'] as const;

/** Shades of one blue for what belongs together, such as quantiles. */
export const shades = (): FieldColorBuilder => new FieldColorBuilder().mode(FieldColorModeId.Shades).fixedColor(quiet);

/** One colour for each name, the same in each panel: for reasons, scorers and inputs, of which nobody knows how many there are. */
export const byName = (): FieldColorBuilder => new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);

export const byThreshold = (): FieldColorBuilder => new FieldColorBuilder().mode(FieldColorModeId.Thresholds);

/** A colour that stays the demo's, whichever demos are chosen and in which panel. */
export function demoColor(index: number): DynamicConfigValue {
  const fixedColor = demoColors[index % demoColors.length];
  return { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor } };
}
