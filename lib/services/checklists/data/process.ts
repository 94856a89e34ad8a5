import { type Db, sql } from '@/lib/db';
import { osaToNm } from '@/lib/spatial';
import { lastGoodLot } from '../../alerts/last-good-lot';
import type { Condition } from '../conditions';
import { type Decided, quantity, type Subject, unknown, yesNo } from './subject';

type Of<K extends Condition['is']> = Extract<Condition, { is: K }>;

const goodLotOf = (s: Subject) =>
  s.chart_id === null ? null : lastGoodLot(s.chart_id, { firstMs: s.first_at.getTime(), lot: s.lot }, s.product);

/** Recipes with their versions and setpoints that a lot ran at the operation. */
const recipesOf = (on: Db, s: Subject, lot: string, own: boolean) =>
  on.rows<{ recipe: string; version: number; runs: number }>(sql`
    SELECT recipe, recipe_version AS version, count(*)::int AS runs FROM run WHERE lot = ${lot} AND operation = ${s.operation} AND (${!own} OR tool = ${s.tool})
      AND (${!own} OR ${s.run_id}::uuid IS NULL OR id = ${s.run_id}::uuid) GROUP BY 1, 2 ORDER BY runs DESC, 1, 2 LIMIT 6`);

/** Recipe, or its version, of the signalling runs against those of the last good lot. */
export async function recipeChanged(on: Db, s: Subject): Promise<Decided> {
  const good = await goodLotOf(s);
  if (good === null || s.lot === null) return unknown('there is no last good lot on its chart to compare with');
  const [now, before] = await Promise.all([recipesOf(on, s, s.lot, true), recipesOf(on, s, good.lot, false)]);
  if (now.length === 0 || before.length === 0) return unknown(`the runs of ${now.length === 0 ? s.lot : good.lot} are not known`);
  const words = (r: { recipe: string; version: number }): string => `${r.recipe} v${r.version}`;
  const known = new Set(before.map(words));
  const changed = now.filter((r) => !known.has(words(r)));
  const list = (rows: typeof now): string => rows.map(words).join(', ');
  return {
    answer: yesNo(changed.length > 0),
    says:
      changed.length > 0
        ? `${list(now)} now, ${list(before)} on the last good lot ${good.lot}`
        : `${list(now)}, as on the last good lot ${good.lot}`,
    data: [
      { what: s.lot, value: list(now), href: `/lots/${encodeURIComponent(s.lot)}` },
      { what: `last good lot ${good.lot}`, value: list(before), href: `/lots/${encodeURIComponent(good.lot)}` },
    ],
  };
}

/** Mean map of some wafers: coefficients in OSA order and their variances. */
interface MeanMap {
  readonly id: string;
  readonly terms: readonly number[];
  /** Variance of each mean by the fits; NaN where a fit does not tell. */
  readonly variance: readonly number[];
}

/** Of the wafer of a record, else of all wafers of a lot at the operation; null where none was fitted. */
async function meanMap(on: Db, s: Subject, lot: string, record: string | null): Promise<MeanMap | null> {
  const rows = await on.rows<{ id: string; own: boolean; coefficients: Float64Array; u: Float64Array }>(sql`
    SELECT m.id, m.id = ${record}::uuid AS own, r.coefficients, r.u FROM measurement m JOIN spatial_result r ON r.measurement_id = m.id AND r.measured_at = m.measured_at
    WHERE m.lot = ${lot} AND m.operation = ${s.operation} AND m.parameter = ${s.parameter} AND m.superseded_by IS NULL AND r.reason IS NULL
      AND (${s.chamber}::text IS NULL OR m.chamber IS NULL OR m.chamber = ${s.chamber}) ORDER BY m.slot LIMIT 25`);
  const own = rows.filter((r) => r.own);
  const used = own.length > 0 ? own : rows;
  if (used.length === 0) return null;
  const length = Math.min(...used.map((r) => r.coefficients.length));
  const mean = (of: (r: (typeof used)[number], j: number) => number): number[] =>
    Array.from({ length }, (_, j) => used.reduce((sum, r) => sum + of(r, j), 0) / used.length);
  return {
    id: used[0]!.id,
    terms: mean((r, j) => r.coefficients[j]!),
    variance: mean((r, j) => (r.u[j] ?? Number.NaN) ** 2 / used.length),
  };
}

/** A term stands out from 2 standard uncertainties on, and from this share of the mean, below which it is rounding. */
const STANDS_OUT = { u: 2, ofMean: 1e-9 } as const;

const termName = (j: number): string => {
  const { n, m } = osaToNm(j);
  return `${n}.${m}`;
};

/**
 * The largest term of the map, as the deviation from the mean map of the last good lot where there is one; the piston 0.0, which is the mean itself, is left out.
 * Terms are OSA/ANSI (n, m), in the unit of the parameter, as the fit stores them. Unknown where no term stands out of its uncertainty.
 */
export async function mapTerm(on: Db, s: Subject, c: Of<'map_term'>): Promise<Decided> {
  if (s.lot === null || s.parameter === null) return unknown('the alert has no map');
  const bad = await meanMap(on, s, s.lot, s.record_id);
  if (bad === null) return unknown('no map of its wafers was fitted');
  const good = await goodLotOf(s);
  const reference = good === null ? null : await meanMap(on, s, good.lot, null);
  const off = bad.terms
    .map((v, j) => ({
      name: termName(j),
      v: v - (reference?.terms[j] ?? 0),
      u: Math.sqrt(bad.variance[j]! + (reference === null ? 0 : (reference.variance[j] ?? 0))),
    }))
    .slice(1)
    .sort((a, b) => Math.abs(b.v) - Math.abs(a.v));
  const largest = off[0];
  if (largest === undefined) return unknown('the fit of its map has no term but the mean');
  const against = reference === null ? 'no last good lot to compare with' : `against ${good!.lot}`;
  const data = off.slice(0, 4).map((t) => ({ what: `term ${t.name}`, value: quantity(t.v, s.unit), href: `/wafers/${bad.id}` }));
  // A fit without degrees of freedom tells no uncertainty: NaN hides nothing.
  if (Math.abs(largest.v) <= STANDS_OUT.ofMean * Math.abs(bad.terms[0]!) || Math.abs(largest.v) <= STANDS_OUT.u * largest.u)
    return { ...unknown(`no term stands out of its uncertainty, ${against}`), data };
  return {
    answer: yesNo(c.terms.includes(largest.name)),
    says: `${largest.name} is largest: ${quantity(largest.v, s.unit)}, ${against}`,
    data,
  };
}
