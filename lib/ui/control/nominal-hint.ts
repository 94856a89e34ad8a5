import { aimedAt, type RunToRunConfig } from '@/lib/control';
import { asEntered } from '../format';

/** The nominal setpoint that belongs to a draft's new target by its model, and a sentence that says so. */
export interface NominalHint {
  readonly xNominal: number;
  readonly text: string;
}

/**
 * A hint for a draft that moves the target and leaves the nominal setpoint: the loop itself aims at the new target at once, but in shadow, suspended,
 * and before the first wafer of a chamber tools get the nominal setpoint, which gives the old target.
 * @param base - the configuration the draft is based on.
 * @returns null where none is needed.
 */
export function nominalHint(base: RunToRunConfig, draft: RunToRunConfig, unit: string, knobUnit: string): NominalHint | null {
  if (draft.target === base.target || draft.xNominal !== base.xNominal || draft.gain === 0) return null;
  const { xNominal } = aimedAt({ ...draft, target: base.target }, draft.target);
  const rounded = Number(xNominal.toPrecision(6));
  if (rounded === draft.xNominal) return null;
  return {
    xNominal: rounded,
    text: `The nominal setpoint ${asEntered(draft.xNominal)} ${knobUnit} belongs to the target ${base.target} ${unit}; by the model ${asEntered(rounded)} ${knobUnit} gives ${draft.target} ${unit}. Tools get the nominal setpoint in shadow, while suspended, and before a chamber's first wafer.`,
  };
}
