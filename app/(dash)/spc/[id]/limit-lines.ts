import type { ChartVersionView } from '@/lib/services/spc/views/chart-model';
import type { LimitField } from '@/lib/spc';
import { limitDecimals } from '@/lib/ui/charts/control-limits.prepare';

export const LIMIT_FIELDS = ['lcl', 'cl', 'ucl'] as const;

type Limits = Readonly<Record<LimitField, number | null>>;

/** Limits of location of a version, and of its dispersion. */
export const locationOf = (v: ChartVersionView): Limits => ({ lcl: v.lcl, cl: v.cl, ucl: v.ucl });
export const dispersionOf = (v: ChartVersionView): Limits => ({ lcl: v.dispLcl, cl: v.dispCl, ucl: v.dispUcl });

/** Decimals of limits where they are edited: more than beside their lines. */
export const shownDecimals = (v: ChartVersionView): number => limitDecimals(locationOf(v), 60);

/** A limit that differs: "Dispersion UCL: 2.60 → 3 nm". @param to - null: none. */
export const limitLine = (of: '' | 'Dispersion ', field: LimitField, from: string, to: string | null, unit: string): string =>
  `${of}${field.toUpperCase()}: ${from} → ${to === null ? 'none' : `${to} ${unit}`}`;

/** Rules added and removed, one per line. */
export const ruleLines = (was: readonly number[], now: readonly number[], name: (rule: number) => string): string[] => [
  ...now.filter((r) => !was.includes(r)).map((r) => `Rule added: ${name(r)}`),
  ...was.filter((r) => !now.includes(r)).map((r) => `Rule removed: ${name(r)}`),
];
