import { unitLabel } from '../format';

/** Unit of the gain of a loop, output per knob: "nm/s"; for a knob without a unit per step, "nm/step". */
export const gainUnit = (l: { readonly unit: string; readonly knobUnit: string }): string =>
  `${unitLabel(l.unit) || '1'}/${unitLabel(l.knobUnit) || 'step'}`;
