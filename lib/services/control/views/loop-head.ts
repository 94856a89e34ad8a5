import type { RunToRunConfig } from '@/lib/control';
import { sql } from '@/lib/db';
import { capabilityIndices, type Specification } from '@/lib/spc';

export interface LoopHead {
  id: string;
  name: string;
  area: string;
  operation: string;
  product: string;
  characteristic: string;
  parameter: string;
  unit: string;
  knob: string;
  knobUnit: string;
  state: 'shadow' | 'closed' | 'suspended';
  version: number;
  config: RunToRunConfig;
  lsl: number | null;
  usl: number | null;
}

/** Ppk (overall sigma) and Cpk (within sigma) of one set of wafers; null where it cannot be computed. */
export interface LoopCapability {
  n: number;
  mean: number;
  sigmaOverall: number;
  sigmaWithin: number | null;
  ppk: number | null;
  ppkLow: number | null;
  ppkHigh: number | null;
  cpk: number | null;
}

const specOf = (lsl: number | null, usl: number | null): Specification => ({
  ...(lsl === null ? {} : { lsl }),
  ...(usl === null ? {} : { usl }),
});

/**
 * Capability from mean, overall and within sigma. Ppk is the figure that shows what control does: the within sigma holds only what changes from one
 * wafer of a thread to the next, so drift and steps do not enter Cpk.
 */
export function loopCapability(
  s: { n: number; mean: number | null; sigmaOverall: number | null; sigmaWithin: number | null },
  lsl: number | null,
  usl: number | null,
): LoopCapability | null {
  if (s.n < 2 || s.mean === null || s.sigmaOverall === null || !(s.sigmaOverall > 0)) return null;
  const base = { n: s.n, mean: s.mean, sigmaOverall: s.sigmaOverall, sigmaWithin: s.sigmaWithin };
  if (lsl === null && usl === null) return { ...base, ppk: null, ppkLow: null, ppkHigh: null, cpk: null };
  const overall = capabilityIndices(s.mean, s.sigmaOverall, s.n, specOf(lsl, usl));
  const within =
    s.sigmaWithin !== null && s.sigmaWithin > 0 ? capabilityIndices(s.mean, s.sigmaWithin, s.n, specOf(lsl, usl)) : null;
  return {
    ...base,
    ppk: overall.actual,
    ppkLow: overall.intervals.actual?.low ?? null,
    ppkHigh: overall.intervals.actual?.high ?? null,
    cpk: within?.actual ?? null,
  };
}

/**
 * What the output of step `s` would have been at the nominal setpoint, by the model of the version that learned it (`v`): y − gain (x_applied − x_nominal).
 * It is a model value and not a measurement: as good as the gain of that version, and unchanged by later versions.
 */
export const WITHOUT_CONTROL = sql`(s.disturbance + (v.config->>'target')::float8)`;
