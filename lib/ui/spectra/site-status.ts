import { num } from '../format';
import type { Status } from '../tokens';

/** Why a site's values are or are not charted, and what to do. Keys are the states of a fit. */
export interface SiteVerdict {
  status: Status;
  word: string;
  /** What the fit found. */
  because: string;
  /** What an engineer does about it; empty where there is nothing to do. */
  remedy: string;
}

const VERDICTS: Readonly<Record<string, SiteVerdict>> = {
  accepted: { status: 'ok', word: 'accepted', because: 'The model describes the spectrum within its noise.', remedy: '' },
  poor_fit: {
    status: 'out',
    word: 'refused: poor fit',
    because: 'The model does not describe the spectrum: χ²/ν is above the limit of the recipe.',
    remedy:
      'Look at the residuals. Large ones at one end of the axis point to the lamp or the calibration; large ones everywhere point to a sample that the recipe does not describe.',
  },
  not_identifiable: {
    status: 'out',
    word: 'refused: not identifiable',
    because: 'The spectrum does not tell the parameters apart: other values would fit it just as well.',
    remedy: 'Fix or feed one of the parameters with a correlation near ±1, or add a channel, an angle or a wider range.',
  },
  at_bound: {
    status: 'out',
    word: 'refused: at a bound',
    because: 'A parameter ended at a bound of the recipe, so its value is the bound and not a measurement.',
    remedy: 'If the value can be real, widen the bound in the recipe; if not, look at the residuals for what the model lacks.',
  },
  not_converged: {
    status: 'out',
    word: 'refused: not converged',
    because: 'The fit ended before it had settled.',
    remedy: 'Allow more iterations or more starts in the recipe, or start nearer to the wafers that are measured.',
  },
  failed: {
    status: 'out',
    word: 'refused: no fit',
    because: 'The model could not be evaluated for this spectrum.',
    remedy: 'The message below names the cause; the bounds of the recipe may allow a shape that does not exist.',
  },
};

const WAITING: SiteVerdict = {
  status: 'idle',
  word: 'not fitted yet',
  because: 'The spectrum has arrived and waits for its fit.',
  remedy: 'Fits take seconds. If this persists, the system page shows the spectra queue and its failed tasks.',
};

/** Widening of u below this is not shown: u shows two figures. */
const SEEN = 1.01;

/** Factor √(χ²/ν) by which every u of a fit is widened, where the model misses the data by more than their σ; null where it does not. */
export const wideningOf = (reducedChi2: number): number | null => {
  const factor = Math.sqrt(reducedChi2);
  return Number.isFinite(factor) && factor >= SEEN ? factor : null;
};

/**
 * The verdict on a fit.
 * @param status - null before the fit. A state that this page does not know is a refusal under its own name.
 * @param reducedChi2 - shows for an accepted fit whether the model agrees with the data within the noise, or only within the limit of the recipe;
 *   not given: the former.
 */
export function siteVerdict(status: string | null, reducedChi2?: number): SiteVerdict {
  if (status === null) return WAITING;
  const known = VERDICTS[status];
  if (known === undefined)
    return {
      status: 'out',
      word: `refused: ${status.replaceAll('_', ' ')}`,
      because: 'The fit did not give a value that can be charted.',
      remedy: '',
    };
  return status === 'accepted' && reducedChi2 !== undefined && wideningOf(reducedChi2) !== null
    ? { ...known, because: 'The model describes the spectrum within the limit of the recipe, not within its noise.' }
    : known;
}

/** χ²/ν with the digits that matter: two near 1, none far from it. */
export const chi2Words = (v: number | null | undefined): string => num(v, v !== null && v !== undefined && v >= 100 ? 0 : 2);

/** "13 of 13 accepted" with its mark; null stands for a wafer without a fit. */
export function waferVerdict(accepted: number | null, sites: number): { status: Status; text: string } {
  if (accepted === null) return { status: 'idle', text: 'not fitted yet' };
  if (accepted === sites) return { status: 'ok', text: `${accepted} of ${sites} accepted` };
  return { status: accepted === 0 ? 'out' : 'warn', text: `${sites - accepted} of ${sites} refused` };
}
