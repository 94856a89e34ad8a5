import type { ChartChange } from '@/lib/services/spc/next-version';
import type { ChartVersionView, SpcChartView } from '@/lib/services/spc/views/chart-model';
import {
  type ChartKind,
  enteredLimitProblems,
  isDispersionRule,
  isWithinRule,
  kindOf,
  type LimitField,
  type LimitsSource,
  ruleFits,
  ruleText,
} from '@/lib/spc';
import { limitText } from '@/lib/ui/charts/control-limits.prepare';
import { num, parseNumber, unitLabel } from '@/lib/ui/format';
import { changedDesign, type DesignTexts, designFaults, designLines, fieldsOf, firstDesign } from './design-draft';
import { dispersionOf, LIMIT_FIELDS, limitLine, locationOf, ruleLines, shownDecimals } from './limit-lines';

export type LimitsMode = 'keep' | 'set' | 'baseline';
export type LimitTexts = Readonly<Record<LimitField, string>>;

/** The next version of a chart as entered in the form: texts as typed. */
export interface ChangeDraft {
  readonly mode: LimitsMode;
  readonly limits: LimitTexts;
  /** Empty: sigma within remains that of the previous study. */
  readonly sigma: string;
  readonly dispersion: LimitTexts;
  readonly rules: ReadonlySet<number>;
  /** Set of the site that the rules are of; null: they are chosen one by one, or as a set that comes with Driftless. */
  readonly ruleSet: { readonly set: string; readonly version: number; readonly name: string } | null;
  /** Settings of the kind of chart. */
  readonly design: DesignTexts;
  readonly alerts: boolean;
}

/** What the draft is based on and compared with. */
export interface DraftBase {
  readonly current: ChartVersionView;
  readonly alerting: boolean;
  readonly kind: ChartKind;
  readonly unit: string;
  /** Decimals with which limits are shown. */
  readonly decimals: number;
  /** Values behind a point of the window, the median. */
  readonly subgroup: number;
  /** Points a week in the window; null where it has too few to say. */
  readonly perWeek: number | null;
}

/** The version in force of a chart page as the base of a draft. */
export const draftBase = ({ chart, points }: SpcChartView, current: ChartVersionView): DraftBase => ({
  current,
  alerting: chart.alerting,
  kind: chart.kind,
  unit: unitLabel(chart.unit),
  decimals: shownDecimals(current),
  subgroup: Math.max(2, [...points.n].sort((a, b) => a - b)[points.n.length >> 1] ?? 2),
  perWeek: weekly(points.at),
});

const WEEK_MS = 7 * 86_400_000;

/** Points a week between the first and the last; null of fewer than five, or within an hour. */
function weekly(at: Float64Array): number | null {
  const span = at.length < 5 ? 0 : at[at.length - 1]! - at[0]!;
  return span < 3_600_000 ? null : ((at.length - 1) * WEEK_MS) / span;
}

/** Whether a person may enter limits: those of some kinds follow from their design and baseline. */
export const takesLimits = (kind: ChartKind): boolean => kindOf(kind).followed !== null;

/** Whether the kind has settings of its own. */
export const hasDesign = (kind: ChartKind): boolean => fieldsOf(kind).length > 0;

export const hasDispersion = (kind: ChartKind): boolean => kindOf(kind).dispersion !== null;

/** A typed field as the form calls it: "UCL" for "limits.ucl". */
export function draftWords(path: string): string {
  const [group, field = ''] = path.split('.');
  if (group === 'sigma') return 'Sigma within';
  if (group === 'design') return field === '' ? 'Design' : field;
  return `${group === 'dispersion' ? 'Dispersion ' : ''}${field.toUpperCase()}`;
}

/** Limits that a person entered stand in the fields as they were entered. */
const whole = (v: number | null): string => (v === null ? '' : String(v));
const text = (v: number | null, d: number): string => (v === null ? '' : v.toFixed(d));
const texts = (l: Readonly<Record<LimitField, number | null>>, source: LimitsSource, d: number): LimitTexts => {
  const of = (v: number | null): string => (source === 'given' ? whole(v) : text(v, d));
  return { lcl: of(l.lcl), cl: of(l.cl), ucl: of(l.ucl) };
};

/** The set of the site that a version follows. */
const setOf = (v: ChartVersionView): ChangeDraft['ruleSet'] =>
  v.setVersion === null ? null : { set: v.preset, version: v.setVersion, name: v.setName ?? v.preset };
const sameSet = (a: ChangeDraft['ruleSet'], b: ChangeDraft['ruleSet']): boolean => a?.set === b?.set && a?.version === b?.version;
const setText = (s: ChangeDraft['ruleSet']): string => (s === null ? 'none of the site' : `${s.name} version ${s.version}`);

export const firstDraft = (b: DraftBase): ChangeDraft => ({
  mode: 'keep',
  limits: texts(locationOf(b.current), b.current.limitsSource, b.decimals),
  sigma: text(b.current.sigmaWithin, b.decimals + 1),
  dispersion: texts(dispersionOf(b.current), b.current.dispSource, b.decimals + 1),
  rules: new Set(b.current.rules),
  ruleSet: setOf(b.current),
  design: firstDesign(b.kind, b.current.design),
  alerts: b.alerting,
});

/** Numbers of typed limits: an unchanged field keeps its full precision; empty means no limit, NaN no number. */
function values(typed: LimitTexts, shown: LimitTexts, was: Readonly<Record<LimitField, number | null>>) {
  const value = (k: LimitField): number | null =>
    typed[k] === shown[k] ? was[k] : typed[k].trim() === '' ? null : parseNumber(typed[k]);
  return { lcl: value('lcl'), cl: value('cl'), ucl: value('ucl') };
}

const enteredLocation = (d: ChangeDraft, b: DraftBase) => values(d.limits, firstDraft(b).limits, locationOf(b.current));
const enteredDispersion = (d: ChangeDraft, b: DraftBase) =>
  values(d.dispersion, firstDraft(b).dispersion, dispersionOf(b.current));
const changed = (a: LimitTexts, b: LimitTexts): boolean => LIMIT_FIELDS.some((k) => a[k].trim() !== b[k]);
const sigmaTyped = (d: ChangeDraft, b: DraftBase): boolean => d.sigma.trim() !== '' && d.sigma.trim() !== firstDraft(b).sigma;
/** Limits of location count as entered when one of them, or the sigma beside them, was typed. */
const locationTyped = (d: ChangeDraft, b: DraftBase): boolean =>
  d.mode === 'set' && (changed(d.limits, firstDraft(b).limits) || sigmaTyped(d, b));

/** Where the limits of the next version come from. */
export const limitsOf = (d: ChangeDraft, b: DraftBase): LimitsSource =>
  d.mode === 'baseline' ? 'study' : locationTyped(d, b) ? 'given' : b.current.limitsSource;

/** The same for the dispersion. */
const dispersionSource = (d: ChangeDraft, b: DraftBase): LimitsSource =>
  d.mode === 'baseline'
    ? 'study'
    : d.mode === 'set' && changed(d.dispersion, firstDraft(b).dispersion)
      ? 'given'
      : b.current.dispSource;

export interface DraftProblems {
  readonly limits: Partial<Record<LimitField, string>>;
  readonly dispersion: Partial<Record<LimitField, string>>;
  readonly sigma: string | null;
}

/** Messages beside each field while typing: the same rules as the service's. */
export function draftProblems(d: ChangeDraft, b: DraftBase): DraftProblems {
  if (d.mode !== 'set') return { limits: {}, dispersion: {}, sigma: null };
  const byField = (list: ReturnType<typeof enteredLimitProblems>) => Object.fromEntries(list.map((p) => [p.field, p.text]));
  const sigma = sigmaTyped(d, b) ? parseNumber(d.sigma) : null;
  return {
    limits: byField(locationTyped(d, b) ? enteredLimitProblems(enteredLocation(d, b), 'location') : []),
    dispersion: changed(d.dispersion, firstDraft(b).dispersion)
      ? byField(enteredLimitProblems(enteredDispersion(d, b), 'dispersion'))
      : {},
    sigma: sigma === null || sigma > 0 ? null : 'Sigma within must be a number above 0.',
  };
}

/** Why the draft cannot be activated yet; null when it can. */
export function draftBlocked(d: ChangeDraft, b: DraftBase): string | null {
  const p = draftProblems(d, b);
  const first = [
    ...Object.values(designFaults(b.kind, d.design, b.current.design)),
    ...Object.values(p.limits),
    ...Object.values(p.dispersion),
    ...(p.sigma === null ? [] : [p.sigma]),
  ][0];
  return (
    first ?? dispersionProblem(d, b) ?? (difference(d, b).length === 0 ? 'Nothing differs from the version in force yet.' : null)
  );
}

const chosenRules = (d: ChangeDraft, b: DraftBase): number[] =>
  [...d.rules].filter((r) => ruleFits(b.kind, r)).sort((p, q) => p - q);
const rulesChanged = (chosen: readonly number[], { current }: DraftBase): boolean =>
  chosen.length !== current.rules.length || chosen.some((r) => !current.rules.includes(r));

/**
 * The change as the service takes it: only what was changed. What it leaves out stays unset, so that a planned version keeps following the one before
 * it there.
 */
export function changeOf(d: ChangeDraft, b: DraftBase): ChartChange {
  const first = firstDraft(b);
  const rules = chosenRules(d, b);
  const sigma = sigmaTyped(d, b) ? { sigmaWithin: parseNumber(d.sigma) } : {};
  const design = changedDesign(b.kind, d.design, b.current.design);
  return {
    ...(design === undefined ? {} : { design }),
    ...(d.ruleSet !== null && !sameSet(d.ruleSet, setOf(b.current))
      ? { ruleSet: { set: d.ruleSet.set, version: d.ruleSet.version } }
      : rulesChanged(rules, b)
        ? { rules }
        : {}),
    ...(d.alerts === b.alerting ? {} : { alerting: d.alerts }),
    ...(d.mode === 'baseline' ? { limits: null } : {}),
    ...(locationTyped(d, b) ? { limits: { ...enteredLocation(d, b), ...sigma } } : {}),
    ...(d.mode === 'set' && changed(d.dispersion, first.dispersion) ? { dispersion: enteredDispersion(d, b) } : {}),
  };
}

/** A rule as the dialog and its list of differences name it, with the limits that the draft would judge by. */
export const ruleLine = (rule: number, d: ChangeDraft, b: DraftBase): string => {
  const text = ruleText(rule, isDispersionRule(rule) ? dispersionSource(d, b) : limitsOf(d, b), b.kind);
  return isDispersionRule(rule) || isWithinRule(rule) || rule > 9 ? text : `${rule}: ${text}`;
};

/** One line for each thing that would differ. */
export function difference(d: ChangeDraft, b: DraftBase): string[] {
  const { current: now, decimals, unit } = b;
  const { memory, followed } = kindOf(b.kind);
  const first = firstDraft(b);
  const out: string[] = [];
  const lines = (
    was: Readonly<Record<LimitField, number | null>>,
    typed: LimitTexts,
    shown: LimitTexts,
    of: '' | 'Dispersion ',
    source: LimitsSource,
    k: number,
  ) => {
    for (const f of LIMIT_FIELDS)
      if (typed[f].trim() !== shown[f])
        out.push(limitLine(of, f, limitText(was[f], source === 'given', k), typed[f].trim() || null, unit));
  };
  if (d.mode === 'baseline') out.push('Limits: dropped; a new baseline is collected');
  if (d.mode === 'set') {
    lines(locationOf(now), d.limits, first.limits, '', now.limitsSource, decimals);
    if (sigmaTyped(d, b)) out.push(`Sigma within: ${num(now.sigmaWithin, decimals + 1)} → ${d.sigma.trim()} ${unit}`);
    lines(dispersionOf(now), d.dispersion, first.dispersion, 'Dispersion ', now.dispSource, decimals + 1);
    if (locationTyped(d, b) && memory !== null) out.push(`The ${memory} starts anew at the new centre line`);
    if (locationTyped(d, b) && now.limitsSource === 'study' && now.cl !== null)
      out.push(`Limits are used as entered, ${followed ?? 'at every point'}`);
  }
  out.push(...designLines(b.kind, d.design, now.design));
  if (d.ruleSet !== null && !sameSet(d.ruleSet, setOf(now))) out.push(`Rule set: ${setText(setOf(now))} → ${setText(d.ruleSet)}`);
  out.push(...ruleLines(now.rules, [...d.rules], (r) => ruleLine(r, d, b)));
  if (d.alerts !== b.alerting) out.push(d.alerts ? 'Raises alerts from now on' : 'No longer raises alerts');
  return out;
}

/** A rule on a dispersion without limits would never fire: reported beside its fields, and not activated; null where it does not apply. */
export function dispersionProblem(d: ChangeDraft, b: DraftBase): string | null {
  const limited = d.mode !== 'baseline' && (locationTyped(d, b) || b.current.cl !== null);
  const ucl = d.mode === 'set' ? enteredDispersion(d, b).ucl : b.current.dispUcl;
  return limited && d.rules.has(101) && ucl === null
    ? 'The dispersion chart has no limits yet: enter them here, or take its rule out.'
    : null;
}

/** States whether the limits of a version follow the points or hold as entered; for the dispersion only where the chart has one. */
export function sourceText(v: Pick<ChartVersionView, 'cl' | 'dispUcl' | 'dispSource' | 'limitsSource'>, kind: ChartKind): string {
  if (v.cl === null) return 'baseline';
  const differs = hasDispersion(kind) && v.dispUcl !== null && v.dispSource !== v.limitsSource;
  return differs ? `${v.limitsSource}, dispersion ${v.dispSource}` : v.limitsSource;
}
