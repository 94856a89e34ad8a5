import type { RuleSetContent, RuleSetDraft, SetRule } from '@/lib/services/spc/rules/content';
import type { RulePriority, RuleSeverity, RuleSide, RuleStatistic, RunRule } from '@/lib/spc';
import { parseNumber } from '@/lib/ui/format';

/** Forms of a rule as they are chosen; those of several rules last. */
export const FORMS = [
  { value: 'beyond', label: 'k of n beyond' },
  { value: 'within', label: 'n within' },
  { value: 'trend', label: 'n rising or falling' },
  { value: 'alternation', label: 'n alternating' },
  { value: 'range', label: '2 far apart' },
] as const;
export const COMPOUNDS = [
  { value: 'and', label: 'all of several' },
  { value: 'or', label: 'one of several' },
] as const;
export type Form = (typeof FORMS)[number]['value'];
export type Compound = (typeof COMPOUNDS)[number]['value'];

/** What a rule looks for, as typed. */
export interface DraftForm {
  readonly kind: Form;
  readonly k: string;
  readonly n: string;
  readonly sigma: string;
  readonly side: RuleSide;
  readonly lastBeyond: boolean;
  readonly bothSides: boolean;
}

/** A rule of a set, as typed. */
export interface DraftRule {
  /** Tells rows apart while they are edited. */
  readonly key: number;
  readonly name: string;
  readonly on: RuleStatistic;
  /** null: the one form alone. */
  readonly compound: Compound | null;
  readonly forms: readonly DraftForm[];
  readonly severity: RuleSeverity;
  readonly priority: RulePriority;
  readonly enabled: boolean;
}

export interface SetDraft {
  readonly name: string;
  readonly rules: readonly DraftRule[];
}

const FIRST_FORM: DraftForm = {
  kind: 'beyond',
  k: '7',
  n: '7',
  sigma: '0',
  side: 'same',
  lastBeyond: false,
  bothSides: false,
};

/** A rule to begin with. */
export const newRule = (key: number): DraftRule => ({
  key,
  name: '',
  on: 'location',
  compound: null,
  forms: [FIRST_FORM],
  severity: 'out_of_control',
  priority: 'medium',
  enabled: true,
});

type Elementary = Exclude<SetRule['rule'], { rules: unknown }>;

function formOf(r: Elementary): DraftForm {
  const form = { ...FIRST_FORM, kind: r.kind };
  if (r.kind === 'range') return { ...form, sigma: String(r.sigma) };
  if (r.kind === 'beyond')
    return {
      ...form,
      k: String(r.k),
      n: String(r.n),
      sigma: String(r.sigma),
      side: r.side,
      lastBeyond: r.lastBeyond,
      bothSides: r.bothSides,
    };
  return { ...form, n: String(r.n), ...(r.kind === 'within' ? { sigma: String(r.sigma) } : {}) };
}

const formsOf = (r: SetRule['rule']): Pick<DraftRule, 'compound' | 'forms'> =>
  'rules' in r ? { compound: r.kind, forms: r.rules.map(formOf) } : { compound: null, forms: [formOf(r)] };

/** A stored set as it is edited. */
export const draftOf = (name: string, c: RuleSetContent): SetDraft => ({
  name,
  rules: c.rules.map((r, key) => ({
    key,
    name: r.name,
    on: r.on,
    ...formsOf(r.rule),
    severity: r.severity,
    priority: r.priority,
    enabled: r.enabled,
  })),
});

type SentRule = RuleSetDraft['rules'][number]['rule'];
type SentForm = Exclude<SentRule, { rules: unknown }>;

function sentForm(f: DraftForm): SentForm {
  const [k, n, sigma] = [parseNumber(f.k), parseNumber(f.n), parseNumber(f.sigma)];
  switch (f.kind) {
    case 'beyond':
      return { kind: 'beyond', k, n, sigma, side: f.side, lastBeyond: f.lastBeyond, bothSides: f.bothSides };
    case 'within':
      return { kind: 'within', n, sigma };
    case 'range':
      return { kind: 'range', sigma };
    default:
      return { kind: f.kind, n };
  }
}

/** The draft as the service takes it. Fields that are no number go as they are, so that it says so. */
export const contentOf = (d: SetDraft): RuleSetDraft => ({
  rules: d.rules.map((r) => ({
    name: r.name.trim(),
    on: r.on,
    rule: r.compound === null ? sentForm(r.forms[0]!) : { kind: r.compound, rules: r.forms.map(sentForm) },
    severity: r.severity,
    priority: r.priority,
    enabled: r.enabled,
  })),
});

/** What a form looks for as a run rule, to say it in words; null while a number is missing. */
export function asRule(r: DraftRule): RunRule | null {
  const parts = r.forms.map((f, i): RunRule | null => {
    const s = sentForm(f);
    if (Object.values(s).some((v) => typeof v === 'number' && Number.isNaN(v))) return null;
    const id = String(i);
    if (s.kind === 'range') return { id, kind: 'range', n: 2, sigma: s.sigma };
    if (s.kind !== 'beyond') return { id, ...s };
    const { lastBeyond, bothSides, ...rest } = s;
    return { id, ...rest, ...(lastBeyond ? { lastBeyond } : {}), ...(bothSides ? { bothSides } : {}) };
  });
  if (parts.some((p) => p === null)) return null;
  return r.compound === null ? parts[0]! : { id: '', kind: r.compound, rules: parts as RunRule[] };
}

/** What must be mended before anything is asked; null: nothing. */
export function draftFault(d: SetDraft): { readonly field: string; readonly text: string } | null {
  if (d.name.trim() === '') return { field: 'name', text: 'Give the set a name.' };
  const nameless = d.rules.findIndex((r) => r.name.trim() === '');
  if (nameless >= 0) return { field: `rules.${nameless}.name`, text: 'Give the rule a name: its signals carry it.' };
  return d.rules.length === 0 ? { field: 'rules', text: 'Add a rule.' } : null;
}
