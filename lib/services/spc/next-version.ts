import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { real } from '@/lib/formats/scalars';
import {
  type ChartKind,
  type Design,
  designProblems,
  enteredLimitProblems,
  findRule,
  isDispersionRule,
  isWithinRule,
  kindOf,
  type LimitsSource,
  presetOf,
  ruleFits,
  rulesOfKind,
  ruleText,
  type Study,
} from '@/lib/spc';

const limit = real.nullable();
const MOST_RULE_NUMBER = 2_999_999;

/** Rules of a chart by their numbers: 1 to 8, 101 on the dispersion, 201 on the spread within, and those of rule sets. */
export const ruleNumbers = z.array(z.int().min(1).max(MOST_RULE_NUMBER)).max(31).meta({
  description:
    '1 to 8: Nelson; 101: limits of the dispersion; 201: of the spread within; others: rules of sets, by their numbers',
});

/** Settings of a kind of chart, by their names; null: its default. */
export const designIn = z.record(z.string().min(1).max(40), z.union([real, z.string().max(40), z.boolean()]).nullable());

/**
 * What a new version of a chart may set. Left out: as in the version before it, even when that one is changed before this one begins. `limits` null:
 * collect a new baseline from `effectiveFrom` on. Limits are used as entered, for every subgroup size; null on one side: no limit there.
 */
export const chartChange = z.strictObject({
  rules: ruleNumbers.optional(),
  /** Instead of rules one by one: a set that comes with Driftless by its name, or one of the site by its id and, unless it is the newest, its version. */
  ruleSet: z.strictObject({ set: z.string().min(1).max(40), version: z.int().min(1).optional() }).optional(),
  limits: z.strictObject({ cl: limit, ucl: limit, lcl: limit, sigmaWithin: real.positive().optional() }).nullable().optional(),
  /** Limits of the dispersion chart. */
  dispersion: z.strictObject({ cl: limit, ucl: limit, lcl: limit }).optional(),
  /**
   * Settings of the kind of chart, by their names: those that are named change, null returns one to its default, all others stay. Limits follow from
   * them by the study before; one that states all that a study would find needs no baseline.
   */
  design: designIn.optional(),
  alerting: z.boolean().optional(),
  /** Cancels the planned version; the version in force stays. Only on its own. */
  cancelScheduled: z.literal(true).optional(),
  /** Process time from which the version holds, a new phase; now when left out. */
  effectiveFrom: z.iso.datetime({ offset: true }).optional(),
});
export type ChartChange = z.infer<typeof chartChange>;

/** What is in force, as far as a change may set it. */
export interface VersionContent {
  readonly rules: readonly number[];
  /** Set of these rules: its name or id; "custom": chosen one by one. */
  readonly preset: string;
  /** Version of a set of the site; null or absent: none. */
  readonly setVersion?: number | null;
  readonly cl: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
  readonly limitsSource: LimitsSource;
  readonly sigmaWithin: number | null;
  readonly sigmaMethod: string | null;
  readonly dispCl: number | null;
  readonly dispUcl: number | null;
  readonly dispLcl: number | null;
  readonly dispSource: LimitsSource;
  readonly dispSigma: number | null;
  readonly design?: Design | null;
  readonly study?: Study | null;
}

const NO_LIMITS = {
  cl: null,
  ucl: null,
  lcl: null,
  limitsSource: 'study',
  sigmaWithin: null,
  sigmaMethod: null,
  dispCl: null,
  dispUcl: null,
  dispLcl: null,
  dispSource: 'study',
  dispSigma: null,
  study: null,
} as const;

/** Labels of the form. */
export const CHANGE_WORDS: Readonly<Record<string, string>> = {
  rules: 'Rules',
  ruleSet: 'Rule set',
  cl: 'Centre line',
  ucl: 'Upper limit',
  lcl: 'Lower limit',
  sigmaWithin: 'Sigma within',
  design: 'Design',
  alerting: 'Raises alerts',
  effectiveFrom: 'Holds from',
};

/** Least and greatest distance between entered limits, in sigmas: anything else is another unit or a misplaced decimal point. */
const FEWEST_SIGMAS = 0.2;
const MOST_SIGMAS = 200;

/**
 * The content of the next version. Entered limits of location leave sigma and the dispersion limits as they were, from the study before, unless these
 * are entered too.
 * @throws AppError `invalid_input` in the words of the form, with `details.field`.
 */
export function nextVersion(kind: ChartKind, now: VersionContent, c: ChartChange): VersionContent {
  const next: Writable<VersionContent> = { ...now };
  if (c.rules !== undefined) {
    next.rules = [...new Set(c.rules)].sort((a, b) => a - b);
    refuseIdleRules(kind, next.rules);
    if (c.ruleSet !== undefined) Object.assign(next, { preset: c.ruleSet.set, setVersion: c.ruleSet.version ?? null });
    else if (next.rules.join() !== now.rules.join()) Object.assign(next, { preset: presetOf(next.rules), setVersion: null });
  }
  if (c.limits === null) Object.assign(next, NO_LIMITS);
  if (c.design !== undefined || c.limits === null) Object.assign(next, designed(kind, next, c.design ?? {}));
  if (c.limits != null) {
    if (kindOf(kind).followed === null)
      throw bad(
        'limits',
        `Limits of a chart of kind ${kindOf(kind).label} follow from its design and its baseline: change the design instead.`,
      );
    refuse(enteredLimitProblems(c.limits, 'location')[0], 'limits');
    const { cl, ucl, lcl, sigmaWithin } = c.limits;
    Object.assign(next, { cl, ucl, lcl, limitsSource: 'given' });
    refuseOtherScale(c.limits);
    if (sigmaWithin !== undefined) Object.assign(next, { sigmaWithin, sigmaMethod: 'given' });
  }
  if (c.dispersion !== undefined) {
    if (kindOf(kind).dispersion === null)
      throw bad('dispersion', `A chart of kind ${kindOf(kind).label} has no dispersion chart: leave its limits out.`);
    if (kindOf(kind).followed === null)
      throw bad('dispersion', `Limits of a chart of kind ${kindOf(kind).label} follow from its baseline: nobody enters them.`);
    if (next.cl === null)
      throw bad(
        'dispersion',
        'The chart collects a baseline, which gives both pairs of limits: enter the limits of the location too.',
      );
    refuse(enteredLimitProblems(c.dispersion, 'dispersion')[0], 'dispersion');
    const { cl, ucl, lcl } = c.dispersion;
    Object.assign(next, { dispCl: cl, dispUcl: ucl, dispLcl: lcl, dispSource: 'given' });
  }
  if (next.cl !== null && next.dispUcl === null && next.rules.some(isDispersionRule))
    throw bad(
      'dispersion',
      'The chart has no dispersion limits yet and collects no baseline any more: enter them too, or take the rule on the dispersion out.',
    );
  return next;
}

/**
 * The first version of a chart of a kind: it collects a baseline, unless its design states what a study would find.
 * @throws AppError `invalid_input` for a design that the kind does not have, with `details.field`.
 */
export function firstVersion(
  kind: ChartKind,
  first: Pick<VersionContent, 'rules' | 'preset'>,
  design: NonNullable<ChartChange['design']>,
): VersionContent {
  const empty = { ...first, ...NO_LIMITS, design: null };
  return { ...empty, ...designed(kind, empty, design) };
}

/** Whether two versions judge by the same numbers and rules. */
export const sameContent = (a: VersionContent, b: VersionContent): boolean =>
  a.rules.join() === b.rules.join() &&
  a.preset === b.preset &&
  (a.setVersion ?? null) === (b.setVersion ?? null) &&
  (Object.keys(NO_LIMITS) as (keyof typeof NO_LIMITS)[]).every((k) => k === 'study' || a[k] === b[k]) &&
  sameJson(a.design, b.design) &&
  sameJson(a.study, b.study);

/** Whether two stored objects hold the same; the database keeps no order of their names. */
const sameJson = (a: object | null | undefined, b: object | null | undefined): boolean => canonical(a) === canonical(b);
const canonical = (v: object | null | undefined): string =>
  JSON.stringify(v ?? null, (_, w: unknown) =>
    w !== null && typeof w === 'object' && !Array.isArray(w)
      ? Object.fromEntries(Object.entries(w).sort(([p], [q]) => (p < q ? -1 : 1)))
      : w,
  );

/**
 * The design after a change, and the limits that follow from it: by what it states itself, else by the study before it. Without either, a baseline
 * is collected.
 * @throws AppError `invalid_input` for a setting that the kind does not have or that cannot be, with `details.field`.
 */
function designed(kind: ChartKind, now: VersionContent, change: NonNullable<ChartChange['design']>): Partial<VersionContent> {
  const k = kindOf(kind);
  const set = Object.fromEntries(Object.entries({ ...now.design, ...change }).filter(([, v]) => v !== null)) as Design;
  const named = Object.fromEntries(Object.entries(change).map(([name, v]) => [name, v ?? defaultOf(kind, name)]));
  const problem = designProblems(k.label, k.design ?? [], named)[0] ?? designProblems(k.label, k.design ?? [], set)[0];
  if (problem !== undefined) throw bad(`design.${problem.field}`, problem.text);
  const whole = k.designProblem?.(set) ?? null;
  if (whole !== null) throw bad(`design.${whole.field}`, whole.text);
  const design = Object.keys(set).length === 0 ? null : set;
  if (now.limitsSource === 'given') return { design };
  const given = k.given?.(design) ?? null;
  const study = given ?? (now.sigmaMethod === 'given' ? null : (now.study ?? null));
  if (study === null || k.limitsBy === undefined) return { design, ...(now.sigmaMethod === 'given' ? NO_LIMITS : {}) };
  const limits = k.limitsBy(study, design);
  const { cl, ucl, lcl, sigmaWithin, dispCl, dispUcl, dispLcl, dispSigma } = limits;
  const sigmaMethod = given === null ? now.sigmaMethod : 'given';
  return { design, study: limits.study ?? study, cl, ucl, lcl, sigmaWithin, sigmaMethod, dispCl, dispUcl, dispLcl, dispSigma };
}

/** A value that passes the check of a setting that returns to its default; unknown names stay and are refused. */
function defaultOf(kind: ChartKind, name: string): number | string | boolean {
  const f = kindOf(kind).design?.find((q) => q.name === name);
  return f?.type === 'number' ? (f.fallback ?? f.least ?? (f.above ?? 0) + 0.5) : (f?.fallback ?? '');
}

/** @throws AppError `invalid_input` for an alerting chart without any rule. */
export function refuseMute(rules: readonly number[], alerting: boolean): void {
  if (alerting && rules.length === 0)
    throw bad('rules', 'A chart without rules raises no alert: choose a rule, or switch its alerts off.');
}

/**
 * Sigma within is that of a single value, the limits are those of a point: they differ by the square root of the subgroup size, not by orders of
 * magnitude.
 */
function refuseOtherScale({ ucl, lcl, sigmaWithin }: NonNullable<ChartChange['limits']>): void {
  if (sigmaWithin === undefined || ucl === null || lcl === null) return;
  const sigmas = (ucl - lcl) / sigmaWithin;
  if (sigmas >= FEWEST_SIGMAS && sigmas <= MOST_SIGMAS) return;
  throw bad(
    'limits.sigmaWithin',
    `Sigma within: ${sigmaWithin} puts the limits ${Number(sigmas.toPrecision(3))} sigma apart; check its unit, or leave it out.`,
  );
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const bad = (field: string, text: string): AppError => new AppError('invalid_input', text, { field });

function refuse(p: { field: string; text: string } | undefined, group: string): void {
  if (p !== undefined) throw bad(`${group}.${p.field}`, group === 'dispersion' ? `Dispersion: ${p.text}` : p.text);
}

/** A rule that a kind of chart never evaluates would never fire. */
export function refuseIdleRules(kind: ChartKind, rules: readonly number[]): void {
  const none = rules.find((r) => findRule(r) === undefined);
  if (none !== undefined)
    throw bad('rules', `There is no run rule ${none}: choose rules of a set, or ${rulesOfKind(kind).join(', ')}.`);
  const idle = rules.find((r) => !ruleFits(kind, r));
  if (idle !== undefined) throw bad('rules', idleText(kind, idle));
}

function idleText(kind: ChartKind, rule: number): string {
  const { label, memory, within, dispersion } = kindOf(kind);
  if ((isWithinRule(rule) && within !== undefined) || (isDispersionRule(rule) && dispersion !== null))
    return `"${ruleText(rule, 'study', kind)}" counts points in zones, which a dispersion has none of: take it out.`;
  if (isWithinRule(rule))
    return `A chart of kind ${label} shows no spread within its points, so rule ${rule} has nothing to judge.`;
  if (isDispersionRule(rule))
    return `An ${label} chart has no dispersion chart, so the rule on the dispersion has nothing to judge.`;
  if (memory !== null && rulesOfKind(kind).join() === '1')
    return `An ${label} remembers its past, so only rule 1 (beyond the limits) means something on it; take rule ${rule} out.`;
  return `Rule ${rule} counts in sigmas, and a chart of kind ${label} has none that zones could be made of: rules ${rulesOfKind(kind).join(', ')} mean something on it.`;
}
