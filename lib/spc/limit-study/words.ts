import type { SigmaMethod } from '../kinds/phase';
import type { SigmaChoice, StudyRemark } from './study';

/** How a sigma was estimated, in words. */
export const SIGMA_WORDS: Readonly<Record<SigmaMethod, string>> = {
  moving_range: 'sigma from moving ranges',
  median_moving_range: 'sigma from the median moving range',
  successive_difference: 'sigma from squares of successive differences',
  range: 'sigma from ranges',
  sd: 'sigma from standard deviations',
  overall: 'overall sigma, because neighbouring points follow each other',
  counts: 'sigma from the counts themselves',
  covariance: 'mean and covariance of the variables',
  given: 'sigma as stated in the design',
};

/** The choices of a study's sigma. */
export const CHOICE_WORDS: Readonly<Record<SigmaChoice, string>> = {
  kind: 'As the chart does',
  mr: 'Mean moving range',
  'mr-median': 'Median moving range (robust)',
  mssd: 'Mean square successive difference',
  sd: 'Overall standard deviation',
};

/** What a study says of its limits. */
export const REMARK_WORDS: Readonly<Record<StudyRemark, string>> = {
  follows:
    'Neighbouring points follow each other: limits from differences of neighbours alarm too often, and changes of level may be cut where there are none.',
  not_normal: 'The points are not normal (Anderson–Darling, p below 0.01): the false alarms are not those of the price.',
  few: 'Fewer points than are needed: the true run length may be far from what the rules promise.',
  coarse: 'The points have few different values: the sigma is as coarse as their resolution.',
  trend_left:
    'The newest stretch is too short: the limits come from the one before it, and the newest points may be beyond them.',
};
