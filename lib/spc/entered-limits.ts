/** Limits as a person enters them; null: no limit on that side (or, for the centre, none entered). */
export interface EnteredLimits {
  readonly cl: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
}

/** Field of entered limits. */
export type LimitField = keyof EnteredLimits;

/** What is wrong with a field. */
export interface LimitProblem {
  readonly field: LimitField;
  /** A sentence for beside the field. */
  readonly text: string;
}

/** A number within a sentence: as many digits as anyone reads. */
const said = (v: number): string => String(Number(v.toPrecision(6)));

const NAME: Readonly<Record<LimitField, string>> = { cl: 'centre line', ucl: 'upper limit', lcl: 'lower limit' };

/**
 * What makes entered limits unusable, one sentence a field: LCL < CL < UCL, one side may be open.
 * @param of - `location`: the centre line is needed, since zones and runs are counted from it. `dispersion`: it is optional, the upper limit is needed,
 * and nothing is below 0.
 */
export function enteredLimitProblems(l: EnteredLimits, of: 'location' | 'dispersion'): LimitProblem[] {
  const out: LimitProblem[] = [];
  const say = (field: LimitField, text: string) => out.push({ field, text });
  for (const field of ['lcl', 'cl', 'ucl'] as const) {
    const v = l[field];
    if (v !== null && !Number.isFinite(v)) say(field, `The ${NAME[field]} must be a number.`);
    else if (v !== null && of === 'dispersion' && v < 0) say(field, `The ${NAME[field]} of a dispersion cannot be below 0.`);
  }
  // All fields are reported at once: what cannot be read is left out of what the others are compared with.
  const wrong = new Set(out.map((p) => p.field));
  const read = (field: LimitField): number | null => (wrong.has(field) ? null : l[field]);
  const [lcl, cl, ucl] = [read('lcl'), read('cl'), read('ucl')];
  if (of === 'location' && l.cl === null) say('cl', 'The centre line is missing: zones and runs are counted from it.');
  if (of === 'location' && l.lcl === null && l.ucl === null) say('ucl', 'Enter an upper or a lower limit, or both.');
  if (of === 'dispersion' && l.ucl === null) say('ucl', 'The upper limit of the dispersion is missing.');
  if (lcl !== null && cl !== null && lcl >= cl) say('lcl', `The lower limit must lie below the centre line (${said(cl)}).`);
  if (ucl !== null && cl !== null && ucl <= cl) say('ucl', `The upper limit must lie above the centre line (${said(cl)}).`);
  if (cl === null && lcl !== null && ucl !== null && lcl >= ucl)
    say('lcl', `The lower limit must lie below the upper limit (${said(ucl)}).`);
  return out;
}

/** What is wanted of a parameter; null: open on that side, or no target. */
export interface SpecificationValues {
  readonly target: number | null;
  readonly lsl: number | null;
  readonly usl: number | null;
}

/** What is wrong with a field. */
export interface SpecificationProblem {
  readonly field: keyof SpecificationValues;
  readonly text: string;
}

/** What makes a specification unusable, one sentence a field: LSL < USL, LSL <= target <= USL; some may be open, not all. */
export function specificationProblems(s: SpecificationValues): SpecificationProblem[] {
  const out: SpecificationProblem[] = [];
  for (const field of ['lsl', 'target', 'usl'] as const) {
    const v = s[field];
    if (v !== null && !Number.isFinite(v))
      out.push({ field, text: `${field === 'target' ? 'The target' : field.toUpperCase()} must be a number.` });
  }
  const wrong = new Set(out.map((p) => p.field));
  const of = (field: keyof SpecificationValues): number | null => (wrong.has(field) ? null : s[field]);
  const [target, lsl, usl] = [of('target'), of('lsl'), of('usl')];
  if (s.target === null && s.lsl === null && s.usl === null)
    out.push({ field: 'target', text: 'Enter at least one of LSL, target and USL: nothing would be specified.' });
  if (lsl !== null && usl !== null && lsl >= usl) out.push({ field: 'lsl', text: `LSL must lie below USL (${said(usl)}).` });
  else if (target !== null && lsl !== null && target < lsl)
    out.push({ field: 'target', text: `The target must not lie below LSL (${said(lsl)}).` });
  else if (target !== null && usl !== null && target > usl)
    out.push({ field: 'target', text: `The target must not lie above USL (${said(usl)}).` });
  return out;
}
