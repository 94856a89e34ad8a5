/** Limits as a person enters them; null: no limit on that side (or, for the centre, none entered). */
export interface EnteredLimits {
  readonly cl: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
}

export type LimitField = keyof EnteredLimits;

export interface LimitProblem {
  readonly field: LimitField;
  /** A sentence for beside the field. */
  readonly text: string;
}

/** A number within a sentence: as many digits as anyone reads. */
const said = (v: number): string => String(Number(v.toPrecision(6)));

const NAME: Readonly<Record<LimitField, string>> = { cl: 'centre line', ucl: 'upper limit', lcl: 'lower limit' };

/**
 * What keeps entered limits from being used, one sentence a field: LCL < CL < UCL, one side may be open.
 * @param of - `location`: the centre line is needed, since zones and runs are counted from it. `dispersion`: it is optional, the
 *   upper limit is needed, and nothing is below 0.
 */
export function enteredLimitProblems(l: EnteredLimits, of: 'location' | 'dispersion'): LimitProblem[] {
  const out: LimitProblem[] = [];
  const say = (field: LimitField, text: string) => out.push({ field, text });
  for (const field of ['lcl', 'cl', 'ucl'] as const) {
    const v = l[field];
    if (v !== null && !Number.isFinite(v)) say(field, `The ${NAME[field]} must be a number.`);
    else if (v !== null && of === 'dispersion' && v < 0) say(field, `The ${NAME[field]} of a dispersion cannot be below 0.`);
  }
  if (out.length > 0) return out;
  if (of === 'location' && l.cl === null) say('cl', 'The centre line is missing: zones and runs are counted from it.');
  if (of === 'location' && l.lcl === null && l.ucl === null) say('ucl', 'Enter an upper or a lower limit, or both.');
  if (of === 'dispersion' && l.ucl === null) say('ucl', 'The upper limit of the dispersion is missing.');
  if (l.lcl !== null && l.cl !== null && l.lcl >= l.cl)
    say('lcl', `The lower limit must lie below the centre line (${said(l.cl)}).`);
  if (l.ucl !== null && l.cl !== null && l.ucl <= l.cl)
    say('ucl', `The upper limit must lie above the centre line (${said(l.cl)}).`);
  if (l.cl === null && l.lcl !== null && l.ucl !== null && l.lcl >= l.ucl)
    say('lcl', `The lower limit must lie below the upper limit (${said(l.ucl)}).`);
  return out;
}

/** What is wanted of a parameter; null: open on that side, or no target. */
export interface SpecificationValues {
  readonly target: number | null;
  readonly lsl: number | null;
  readonly usl: number | null;
}

export interface SpecificationProblem {
  readonly field: keyof SpecificationValues;
  readonly text: string;
}

/** What keeps a specification from being used, one sentence a field: LSL < USL, LSL <= target <= USL; either side may be open. */
export function specificationProblems(s: SpecificationValues): SpecificationProblem[] {
  const out: SpecificationProblem[] = [];
  for (const field of ['lsl', 'target', 'usl'] as const) {
    const v = s[field];
    if (v !== null && !Number.isFinite(v))
      out.push({ field, text: `${field === 'target' ? 'The target' : field.toUpperCase()} must be a number.` });
  }
  if (out.length > 0) return out;
  const { target, lsl, usl } = s;
  if (lsl !== null && usl !== null && lsl >= usl) out.push({ field: 'lsl', text: `LSL must lie below USL (${said(usl)}).` });
  else if (target !== null && lsl !== null && target < lsl)
    out.push({ field: 'target', text: `The target must not lie below LSL (${said(lsl)}).` });
  else if (target !== null && usl !== null && target > usl)
    out.push({ field: 'target', text: `The target must not lie above USL (${said(usl)}).` });
  return out;
}
