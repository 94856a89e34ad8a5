import { type Variable, whole } from '@/lib/characteristic';
import {
  rulesFor,
  type SplitField,
  type TemplateContent,
  type TemplateDraft,
  WHERE_FIELDS,
  type WhereField,
} from '@/lib/services/spc/templates/content';
import { type ChartKind, type Design, kindOf, presetOf, rulesOfKind } from '@/lib/spc';
import { parseNumber } from '@/lib/ui/format';
import { changedDesign, type DesignTexts, firstDesign } from '../[id]/design-draft';

/** A template as it is typed. */
export interface EditorDraft {
  readonly name: string;
  /** Patterns, separated by commas; empty: everything. */
  readonly where: Readonly<Record<WhereField, string>>;
  readonly splitBy: readonly SplitField[];
  /** Of a kind of several variables, in their order; kept while another kind is tried. */
  readonly variables: readonly Variable[];
  readonly kind: ChartKind;
  readonly rules: readonly number[];
  /** Set of the rules: one that comes with Driftless by its name, one of the site by its id; "custom": one by one. */
  readonly preset: string;
  /** Version of a set of the site; null: it is none. */
  readonly setVersion: number | null;
  readonly lambda: string;
  readonly widthL: string;
  /** Settings of the kind as typed. */
  readonly design: DesignTexts;
  readonly alerting: boolean;
  readonly specified: boolean;
  readonly baselineN: string;
  readonly onlySpecified: boolean;
  readonly obeyChartContext: boolean;
  readonly title: string;
}

const NO_PATTERNS = Object.fromEntries(WHERE_FIELDS.map((f) => [f, ''])) as Record<WhereField, string>;

export const NEW_TEMPLATE: EditorDraft = {
  name: '',
  where: { ...NO_PATTERNS, characteristic: 'measurement.mean' },
  splitBy: ['tool', 'chamber', 'product'],
  variables: [],
  kind: 'individuals',
  rules: [1],
  preset: 'rule-1',
  setVersion: null,
  lambda: '',
  widthL: '',
  design: {},
  alerting: true,
  specified: false,
  baselineN: '20',
  onlySpecified: false,
  obeyChartContext: true,
  title: '{parameter} {characteristic} · {where}',
};

export const draftOf = (name: string, c: TemplateContent): EditorDraft => ({
  name,
  where: Object.fromEntries(WHERE_FIELDS.map((f) => [f, (c.where[f] ?? []).join(', ')])) as Record<WhereField, string>,
  splitBy: c.splitBy,
  variables: (c.variables ?? []).map((v) => whole(v)),
  kind: c.kind,
  rules: c.rules,
  preset: c.preset,
  setVersion: c.setVersion ?? null,
  lambda: c.lambda === undefined ? '' : String(c.lambda),
  widthL: c.widthL === undefined ? '' : String(c.widthL),
  design: firstDesign(c.kind, stated(c.design)),
  alerting: c.alerting,
  specified: c.specified,
  baselineN: String(c.baselineN),
  onlySpecified: c.onlySpecified,
  obeyChartContext: c.obeyChartContext,
  title: c.title,
});

/** Another kind has other rules: those that mean something on it stay, and rule 1 at least; of several variables each statistic is watched. */
export function withKind(d: EditorDraft, kind: ChartKind): EditorDraft {
  const kept = rulesFor(kind, d.rules);
  const isJoint = kindOf(kind).ofVariables === true;
  const rules = isJoint ? rulesOfKind(kind) : kept.length === 0 ? [rulesOfKind(kind)[0]!] : kept;
  return {
    ...d,
    kind,
    // a statistic of several variables has no specification, and says by them what it is of
    specified: isJoint ? false : d.specified,
    baselineN: isJoint ? String(Math.max(parseNumber(d.baselineN) || 0, leastBaseline(kind, d.variables.length))) : d.baselineN,
    rules,
    preset: d.setVersion === null ? presetOf(rules) : d.preset,
    design: firstDesign(kind, null),
  };
}

/** Fewest points of a baseline of so many variables. */
const leastBaseline = (kind: ChartKind, variables: number): number => kindOf(kind).leastBaseline?.(variables) ?? 0;

/** Other variables; a baseline that has become too short for them grows with them. */
export const withVariables = (d: EditorDraft, variables: EditorDraft['variables']): EditorDraft => ({
  ...d,
  variables,
  baselineN: String(Math.max(parseNumber(d.baselineN) || 0, leastBaseline(d.kind, variables.length))),
});

/** The places that a draft takes. */
export const placeOf = (d: EditorDraft): Pick<TemplateDraft, 'where'> => ({ where: whereOf(d, PLACES) });

const PLACES = WHERE_FIELDS.filter((f) => f !== 'characteristic' && f !== 'parameter');

const whereOf = (d: EditorDraft, fields: readonly WhereField[]): TemplateDraft['where'] =>
  Object.fromEntries(
    fields.flatMap((f) => {
      const list = patterns(d.where[f]);
      return list.length === 0 ? [] : [[f, list]];
    }),
  );

/** What a template states of a design; what it returns to a default is not in it. */
const stated = (d: TemplateContent['design']): Design | null =>
  d === undefined ? null : (Object.fromEntries(Object.entries(d).filter(([, v]) => v !== null)) as Design);

const patterns = (text: string): string[] =>
  text
    .split(',')
    .map((p) => p.trim())
    .filter((p) => p !== '');
const weight = (text: string): { value?: number } => (text.trim() === '' ? {} : { value: parseNumber(text) });

/** The draft as the service takes it. Fields that are no number go as they are, so that it says so. */
export function contentOf(d: EditorDraft): TemplateDraft {
  const lambda = weight(d.lambda).value;
  const widthL = weight(d.widthL).value;
  const weighs = d.kind === 'ewma';
  const isJoint = kindOf(d.kind).ofVariables === true;
  const design = changedDesign(d.kind, d.design, null);
  return {
    where: whereOf(d, isJoint ? PLACES : WHERE_FIELDS),
    ...(isJoint ? { variables: d.variables.map((v) => ({ ...v })) } : {}),
    splitBy: [...d.splitBy],
    kind: d.kind,
    // rules of a set of the site are said by the service, by what the kind can have
    ...(d.setVersion === null ? { rules: [...d.rules] } : { rules: [], setVersion: d.setVersion }),
    preset: d.setVersion === null ? presetOf(d.rules) : d.preset,
    ...(weighs && lambda !== undefined ? { lambda } : {}),
    ...(weighs && widthL !== undefined ? { widthL } : {}),
    ...(design === undefined ? {} : { design }),
    alerting: d.alerting,
    specified: d.specified,
    baselineN: parseNumber(d.baselineN),
    onlySpecified: d.onlySpecified,
    obeyChartContext: d.obeyChartContext,
    title: d.title,
  };
}

/** What must be mended before anything is asked; null: nothing. */
export function draftFault(d: EditorDraft): { readonly field: string; readonly text: string } | null {
  if (d.name.trim() === '') return { field: 'name', text: 'Give the template a name.' };
  if (kindOf(d.kind).ofVariables)
    return d.variables.length < 2 ? { field: 'variables', text: 'Choose two variables at least.' } : null;
  if (patterns(d.where.characteristic).length === 0)
    return { field: 'where.characteristic', text: 'Name a characteristic, or a pattern of them.' };
  return null;
}
