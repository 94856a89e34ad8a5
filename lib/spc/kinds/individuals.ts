import { individualsChart } from '../charts';
import { individualsSigma } from '../sigma';
import { fixedDispersionLimits, fixedLimits, type KindOfChart, plainWalk } from './kind';
import type { BaselineLimits, RawPoint } from './phase';

/**
 * Above this ratio of overall to moving-range sigma the points follow each other (a controlled or drifting process does), and limits from
 * moving ranges would be too tight: docs/maths/spc.md, "First limits", has the shares of false alarms by both.
 */
const AUTOCORRELATED = 1.15;

/**
 * Centre, sigma and limits of individual values: by the mean moving range (MR/1.128), or by the overall standard deviation where the points are
 * autocorrelated.
 * @reference Montgomery, Introduction to Statistical Quality Control, 7th ed. (2013), §6.4.
 */
export function estimateSingles(points: readonly RawPoint[], out: ReadonlySet<number>): BaselineLimits | null {
  const values = points.map((p) => p.value);
  const exclude = [...out];
  const overall = individualsSigma(
    values.filter((_, i) => !out.has(i)),
    'sd',
  );
  const moving = individualsChart(values, { exclude });
  const follows = overall > AUTOCORRELATED * moving.sigmaWithin;
  const c = follows ? individualsChart(values, { exclude, sigma: overall }) : moving;
  if (!(c.sigmaWithin > 0)) return null;
  return {
    cl: c.center,
    ucl: c.ucl,
    lcl: c.lcl,
    sigmaWithin: c.sigmaWithin,
    dispCl: c.mrCenter,
    dispUcl: c.mrUcl,
    dispLcl: 0,
    dispSigma: null,
    method: follows ? 'overall' : 'moving_range',
    used: points.length - out.size,
  };
}

/** Individual values with their moving range. */
export const individuals: KindOfChart = {
  label: 'individuals and moving range',
  dispersion: 'moving range',
  ofSubgroups: false,
  memory: null,
  followed: 'at every point; until now they were those of a study',
  estimate: estimateSingles,
  walk: (phase) => plainWalk(() => fixedLimits(phase)),
  dispersionOf: (p, previous) => (previous === undefined || previous.excluded ? null : Math.abs(p.value - previous.value)),
  dispersionLimits: fixedDispersionLimits,
};
