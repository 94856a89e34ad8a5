import { unitLabel } from '../format';

/** Unit of the gain of a loop, of the output by the knob: "nm/s"; of a knob without a unit by its step, "nm/step". */
export const gainUnit = (l: { readonly unit: string; readonly knobUnit: string }): string =>
  `${unitLabel(l.unit) || '1'}/${unitLabel(l.knobUnit) || 'step'}`;
