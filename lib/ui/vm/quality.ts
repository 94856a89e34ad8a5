import type { Status } from '../tokens';

/** What the verdict of a model is made from. */
export interface QualityFigures {
  version: number | null;
  q2: number | null;
  checked: number;
  coverage: number | null;
  predictions: number;
  unreliable: number;
}

/** Predictions that say something of the share outside. */
const MANY = 100;
/** Nominal is 1 %: beyond this share the domain no longer is what the tools do. */
const MUCH_OUTSIDE = 0.03;

/** A model is worth its name when it explains most of what later lots did, its interval holds what it says, and the tools stay in its domain. */
export function quality(r: QualityFigures): { status: Status; text: string } {
  if (r.version === null) return { status: 'idle', text: 'collecting' };
  if (r.q2 === null) return { status: 'idle', text: 'not validated' };
  if (r.q2 < 0.5) return { status: 'out', text: 'weak' };
  if (r.coverage !== null && r.checked >= 30 && r.coverage < 0.9) return { status: 'warn', text: 'interval too narrow' };
  if (r.predictions >= MANY && r.unreliable / r.predictions > MUCH_OUTSIDE) return { status: 'warn', text: 'often outside' };
  return r.q2 < 0.7 ? { status: 'warn', text: 'fair' } : { status: 'ok', text: 'good' };
}
