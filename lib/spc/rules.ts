import { AppError } from '@/lib/errors';

/** Side of the centre line on which a rule counts points. `same`: all on one side, either; `any`: sides may mix. */
export type RuleSide = 'above' | 'below' | 'same' | 'any';
/** How serious a signal is. */
export type RuleSeverity = 'warning' | 'out_of_control';

interface RuleBase {
  readonly id: string;
  readonly severity?: RuleSeverity;
}

/** At least k of n successive points strictly beyond `sigma` zone widths. k = n, sigma = 0 is a run on one side. */
export interface BeyondRule extends RuleBase {
  readonly kind: 'beyond';
  readonly k: number;
  readonly n: number;
  /** Zone widths (sigmas). */
  readonly sigma: number;
  readonly side: RuleSide;
  /** The last point itself must lie beyond the zone on the signalling side. */
  readonly lastBeyond?: boolean;
  /** With `any`: points on both sides are required. */
  readonly bothSides?: boolean;
}

/** n successive points strictly within ± `sigma` zone widths. */
export interface WithinRule extends RuleBase {
  readonly kind: 'within';
  readonly n: number;
  /** Zone widths (sigmas). */
  readonly sigma: number;
}

/** n points steadily increasing or decreasing: n − 1 strict steps of one sign; a tie starts anew. */
export interface TrendRule extends RuleBase {
  readonly kind: 'trend';
  readonly n: number;
}

/** n points alternating up and down: n − 1 strict steps of alternating sign; a tie starts anew. */
export interface AlternationRule extends RuleBase {
  readonly kind: 'alternation';
  readonly n: number;
}

/**
 * Two successive points on opposite sides of the centre line, strictly more than `sigma` zone widths apart. Westgard's R-4s with sigma = 4.
 * Neither point must lie beyond a zone of its own: +2.5 and −1.6 are 4.1 apart.
 */
export interface RangeRule extends RuleBase {
  readonly kind: 'range';
  readonly n: 2;
  /** Zone widths (sigmas) between the two points. */
  readonly sigma: number;
}

/** All of several rules end at the same point. */
export interface AndRule extends RuleBase {
  readonly kind: 'and';
  readonly rules: readonly RunRule[];
}

/** One or more of several rules end at the same point. */
export interface OrRule extends RuleBase {
  readonly kind: 'or';
  readonly rules: readonly RunRule[];
}

/** A rule that looks at points itself. */
export type ElementaryRule = BeyondRule | WithinRule | TrendRule | AlternationRule | RangeRule;
/** A run rule. */
export type RunRule = ElementaryRule | AndRule | OrRule;

const beyond = (id: string, k: number, n: number, sigma: number, side: RuleSide): BeyondRule => ({
  id,
  kind: 'beyond',
  k,
  n,
  sigma,
  side,
});

/**
 * Nelson's eight tests. All comparisons are strict: a point on a line does not lie beyond it, a point on the centre line
 * breaks a run, a tie breaks a trend. σ is that of the plotted statistic.
 * @reference L. S. Nelson, J. Quality Technology 16 (1984) 237.
 */
export const NELSON: Readonly<Record<'N1' | 'N2' | 'N3' | 'N4' | 'N5' | 'N6' | 'N7' | 'N8', RunRule>> = {
  N1: { ...beyond('N1', 1, 1, 3, 'any'), severity: 'out_of_control' },
  N2: beyond('N2', 9, 9, 0, 'same'),
  N3: { id: 'N3', kind: 'trend', n: 6 },
  N4: { id: 'N4', kind: 'alternation', n: 14 },
  N5: beyond('N5', 2, 3, 2, 'same'),
  N6: beyond('N6', 4, 5, 1, 'same'),
  N7: { id: 'N7', kind: 'within', n: 15, sigma: 1 },
  N8: beyond('N8', 8, 8, 1, 'any'),
};

/** Western Electric handbook rules: the run has eight points, not Nelson's nine. @reference Western Electric, Statistical Quality Control Handbook (1956). */
export const WESTERN_ELECTRIC: Readonly<Record<'WE1' | 'WE2' | 'WE3' | 'WE4', RunRule>> = {
  WE1: { ...beyond('WE1', 1, 1, 3, 'any'), severity: 'out_of_control' },
  WE2: beyond('WE2', 2, 3, 2, 'same'),
  WE3: beyond('WE3', 4, 5, 1, 'same'),
  WE4: beyond('WE4', 8, 8, 0, 'same'),
};

/**
 * The rules of the AIAG manual. Its second edition (2005, chapter II, "summary of typical special cause criteria") has eight, which are Nelson's but for the run: seven
 * points on one side, not nine. A7T is the trend of the first edition (1992), which asks for seven points on one side or seven that steadily rise or fall. As
 * everywhere here a tie starts a trend anew. @reference AIAG, Statistical Process Control Reference Manual.
 */
export const AIAG: Readonly<Record<'A1' | 'A2' | 'A3' | 'A4' | 'A5' | 'A6' | 'A7' | 'A8' | 'A7T', RunRule>> = {
  A1: { ...beyond('A1', 1, 1, 3, 'any'), severity: 'out_of_control' },
  A2: beyond('A2', 7, 7, 0, 'same'),
  A3: { id: 'A3', kind: 'trend', n: 6 },
  A4: { id: 'A4', kind: 'alternation', n: 14 },
  A5: beyond('A5', 2, 3, 2, 'same'),
  A6: beyond('A6', 4, 5, 1, 'same'),
  A7: { id: 'A7', kind: 'within', n: 15, sigma: 1 },
  A8: beyond('A8', 8, 8, 1, 'any'),
  A7T: { id: 'A7T', kind: 'trend', n: 7 },
};

/**
 * Westgard's multirule for one control material measured once a run: successive points take the place of the controls of a run. 1-2s warns and does not reject; R-4s
 * needs two successive points on opposite sides whose range is more than 4 s. @reference Westgard et al., Clinical Chemistry 27 (1981) 493.
 */
export const WESTGARD: Readonly<Record<'1-2s' | '1-3s' | '2-2s' | 'R-4s' | '4-1s' | '10x', RunRule>> = {
  '1-2s': { ...beyond('1-2s', 1, 1, 2, 'any'), severity: 'warning' },
  '1-3s': { ...beyond('1-3s', 1, 1, 3, 'any'), severity: 'out_of_control' },
  '2-2s': beyond('2-2s', 2, 2, 2, 'same'),
  'R-4s': { id: 'R-4s', kind: 'range', n: 2, sigma: 4 },
  '4-1s': beyond('4-1s', 4, 4, 1, 'same'),
  '10x': beyond('10x', 10, 10, 0, 'same'),
};

/** Name of a rule set. */
export type RulePreset =
  | 'rule-1'
  | 'nelson-1-2'
  | 'nelson-1-4'
  | 'nelson-1-2-5-6'
  | 'nelson-8'
  | 'weco-4'
  | 'aiag-1'
  | 'aiag-2'
  | 'westgard';

/** The named rule sets. */
export const RULE_PRESETS: Readonly<Record<RulePreset, readonly RunRule[]>> = {
  'rule-1': [NELSON.N1],
  'nelson-1-2': [NELSON.N1, NELSON.N2],
  'nelson-1-4': [NELSON.N1, NELSON.N2, NELSON.N3, NELSON.N4],
  'nelson-1-2-5-6': [NELSON.N1, NELSON.N2, NELSON.N5, NELSON.N6],
  'nelson-8': Object.values(NELSON),
  'weco-4': Object.values(WESTERN_ELECTRIC),
  'aiag-1': [AIAG.A1, AIAG.A2, AIAG.A7T],
  'aiag-2': [AIAG.A1, AIAG.A2, AIAG.A3, AIAG.A4, AIAG.A5, AIAG.A6, AIAG.A7, AIAG.A8],
  westgard: Object.values(WESTGARD),
};

/** Where control limits come from: a study (they follow the size of each point), or a person (used as they are). */
export type LimitsSource = 'study' | 'given';

const THIRDS: Readonly<Record<number, string>> = { 1: 'one third', 2: 'two thirds' };

/** A border of the zones as a rule names it; `own`: of the side that the points are on. */
function borderText(sigma: number, own: boolean, limits: LimitsSource | undefined): string {
  if (sigma === 0) return 'the centre line';
  if (limits === undefined) return `${sigma} sigma`;
  if (sigma === 3) return limits === 'given' ? 'the control limits (as entered)' : 'the control limits';
  if (limits === 'study') return `${sigma}σ`;
  return `${THIRDS[sigma] ?? `${sigma}/3`} of the way to the ${own ? 'limit of that side' : 'limits'}`;
}

/**
 * A sentence that says what the rule looks for.
 * @param limits - source of the control limits it is judged by. Given ones are no multiple of a sigma: their zones are thirds of the distance to them.
 * Left out: zones are counted in a sigma that was stated.
 */
export function describeRule(rule: RunRule, limits?: LimitsSource): string {
  switch (rule.kind) {
    case 'beyond': {
      const isSame = rule.side === 'same';
      const border = borderText(rule.sigma, rule.side !== 'any', limits);
      const points = rule.k === rule.n ? `${rule.n} points in a row` : `${rule.k} of ${rule.n} points`;
      if (rule.k === 1 && rule.n === 1) return `1 point beyond ${border}${SIDE_OF_ONE[rule.side]}`;
      if (isSame) return rule.sigma === 0 ? `${points} on one side of ${border}` : `${points} on the same side beyond ${border}`;
      return `${points} beyond ${border}${SIDE[rule.side]}${rule.bothSides ? ', both sides present' : ''}`;
    }
    case 'within':
      return `${rule.n} points in a row within ${borderText(rule.sigma, false, limits)}${limits === 'given' ? '' : ' of the centre line'}`;
    case 'trend':
      return `${rule.n} points in a row steadily increasing or decreasing`;
    case 'alternation':
      return `${rule.n} points in a row alternating up and down`;
    case 'range':
      return `2 points in a row on opposite sides of the centre line, more than ${distanceText(rule.sigma, limits)} apart`;
    default:
      return rule.rules.map((r) => describeRule(r, limits)).join(rule.kind === 'and' ? ' and ' : ' or ');
  }
}

/** A distance between two points, as a rule names it. */
function distanceText(sigma: number, limits: LimitsSource | undefined): string {
  if (limits === 'given') return `${sigma}/3 of the way from the centre line to a limit`;
  return limits === 'study' ? `${sigma}σ` : `${sigma} sigma`;
}

const SIDE: Readonly<Record<Exclude<RuleSide, 'same'>, string>> = { above: ' above', below: ' below', any: ', either side' };
const SIDE_OF_ONE: Readonly<Record<RuleSide, string>> = { above: ' above', below: ' below', same: '', any: '' };

/** Longest window of a rule, in points. */
export function ruleWindow(rule: RunRule): number {
  return rule.kind === 'and' || rule.kind === 'or' ? Math.max(...rule.rules.map(ruleWindow)) : rule.n;
}

/**
 * Refuse rules that cannot be evaluated.
 * @throws AppError `invalid_input` naming the rule: counts must be integers with 1 <= k <= n, at most 31 points unless k = n; ids unique.
 */
export function checkRules(rules: readonly RunRule[]): void {
  const seen = new Set<string>();
  const refuse = (r: RunRule, why: string): never => {
    throw new AppError('invalid_input', `rule ${r.id}: ${why}`, { rule: r.id });
  };
  const check = (r: RunRule): void => {
    if (r.kind === 'and' || r.kind === 'or') {
      if (r.rules.length === 0) refuse(r, 'a compound rule needs parts');
      for (const part of r.rules) check(part);
      return;
    }
    if (!Number.isInteger(r.n) || r.n < 1) refuse(r, `n must be a positive integer, got ${r.n}`);
    if ((r.kind === 'trend' || r.kind === 'alternation') && r.n < 2) refuse(r, 'n must be 2 or more');
    if ((r.kind === 'beyond' || r.kind === 'within' || r.kind === 'range') && !(r.sigma >= 0))
      refuse(r, `sigma must be >= 0, got ${r.sigma}`);
    if (r.kind !== 'beyond') return;
    if (!Number.isInteger(r.k) || r.k < 1 || r.k > r.n) refuse(r, `k must be an integer from 1 to n, got ${r.k}`);
    if (r.k < r.n && r.n > 31) refuse(r, `a k-of-n window holds at most 31 points, got ${r.n}`);
    if (r.k === r.n && r.bothSides && r.n > 31) refuse(r, `a both-sides window holds at most 31 points, got ${r.n}`);
  };
  for (const r of rules) {
    if (seen.has(r.id)) refuse(r, 'id is used twice');
    seen.add(r.id);
    check(r);
  }
  if (rules.length > 31) throw new AppError('invalid_input', `at most 31 rules on one chart, got ${rules.length}`);
}
