import type { ChartChange } from '@/lib/services/spc/next-version';
import { type ChartKind, type Design, type DesignField, designProblems, kindOf, type Price } from '@/lib/spc';
import { parseNumber } from '@/lib/ui/format';

/** Settings of a kind as typed: numbers as texts (empty: from the baseline, or the default), flags as "true" and "false". */
export type DesignTexts = Readonly<Record<string, string>>;

export const fieldsOf = (kind: ChartKind): readonly DesignField[] => kindOf(kind).design ?? [];

const textOf = (f: DesignField, design: Design | null): string => {
  const v = design?.[f.name] ?? f.fallback;
  return v === null ? '' : String(v);
};

/** The design in force as the form shows it. */
export const firstDesign = (kind: ChartKind, design: Design | null): DesignTexts =>
  Object.fromEntries(fieldsOf(kind).map((f) => [f.name, textOf(f, design)]));

/** A typed setting as it is sent; null: back to the default or the baseline; NaN: no number. */
function typedValue(f: DesignField, typed: string): number | string | boolean | null {
  if (f.type === 'flag') return typed === 'true';
  if (f.type === 'choice') return typed;
  return typed.trim() === '' ? null : parseNumber(typed);
}

/** Settings that differ from those in force, as the service takes them; undefined where none does. */
export function changedDesign(kind: ChartKind, typed: DesignTexts, now: Design | null): ChartChange['design'] {
  const first = firstDesign(kind, now);
  const changed = fieldsOf(kind).filter((f) => (typed[f.name] ?? '').trim() !== first[f.name]);
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map((f) => [f.name, typedValue(f, typed[f.name] ?? '')]));
}

/** The whole design as it would be; what is left to its default is not in it. */
export function nextDesign(kind: ChartKind, typed: DesignTexts, now: Design | null): Design {
  const all = { ...now, ...changedDesign(kind, typed, now) };
  return Object.fromEntries(Object.entries(all).filter(([, v]) => v !== null)) as Design;
}

/** Messages beside the fields while typing: the rules of the service. */
export function designFaults(kind: ChartKind, typed: DesignTexts, now: Design | null): Readonly<Record<string, string>> {
  const next = nextDesign(kind, typed, now);
  return Object.fromEntries(designProblems(kindOf(kind).label, fieldsOf(kind), next).map((p) => [p.field, p.text]));
}

const said = (f: DesignField, text: string): string => {
  if (f.type === 'flag') return text === 'true' ? 'on' : 'off';
  if (f.type === 'choice') return f.choices.find((c) => c.value === text)?.label ?? text;
  return text.trim() === '' ? 'from the baseline' : text.trim();
};

/** One line for each setting that would differ. */
export function designLines(kind: ChartKind, typed: DesignTexts, now: Design | null): string[] {
  const first = firstDesign(kind, now);
  const changed = changedDesign(kind, typed, now) ?? {};
  return fieldsOf(kind)
    .filter((f) => f.name in changed)
    .map((f) => `${f.label}: ${said(f, first[f.name]!)} → ${said(f, typed[f.name] ?? '')}`);
}

/** Run lengths of a design that has no faults, where its kind can say them. */
export function priceOf(kind: ChartKind, typed: DesignTexts, now: Design | null): Price | null {
  if (Object.keys(designFaults(kind, typed, now)).length > 0) return null;
  return kindOf(kind).price?.(nextDesign(kind, typed, now)) ?? null;
}

/** A price in words: "In control, a false alarm every 465 points on average; a shift of 1 σ is found after 10.4." */
export function priceWords(p: Price): string {
  const points = (v: number): string => (v >= 100 ? v.toFixed(0) : v.toFixed(1));
  const shift = p.afterOneSigma === undefined ? '' : `; a shift of 1 σ is found after ${points(p.afterOneSigma)} points`;
  return `In control, a false alarm every ${points(p.inControl)} points on average${shift}.`;
}
