import { type Db, sql } from '@/lib/db';

/** What the conditions read of an alert and its chart. */
export interface Subject {
  readonly id: string;
  readonly kind: string;
  readonly chart_id: string | null;
  readonly record_id: string | null;
  readonly run_id: string | null;
  readonly incident_id: string | null;
  readonly title: string;
  readonly tool: string | null;
  readonly chamber: string | null;
  readonly product: string | null;
  readonly operation: string | null;
  readonly lot: string | null;
  readonly slot: number | null;
  readonly rule: number | null;
  readonly value: number | null;
  readonly first_at: Date;
  readonly last_at: Date;
  /** Of its chart; null without one. */
  readonly characteristic: string | null;
  readonly parameter: string | null;
  readonly unit: string | null;
  readonly chart_kind: string | null;
}

/** The alert of a run. @param id - of an alert that exists. */
export const subjectOf = async (on: Db, id: string): Promise<Subject> =>
  (await on.one<Subject>(sql`
    SELECT a.id, a.kind, a.chart_id, a.record_id, a.run_id, a.incident_id, a.title, a.tool, a.chamber, a.product, a.operation, a.lot, a.slot, a.rule, a.value, a.first_at, a.last_at,
      c.characteristic, c.parameter, c.unit, c.kind AS chart_kind FROM alert a LEFT JOIN chart c ON c.id = a.chart_id WHERE a.id = ${id}`))!;

/** A decision by data, with what it was made from. */
export interface Decided {
  readonly answer: 'yes' | 'no' | 'unknown';
  /** A sentence with the numbers that decided. */
  readonly says: string;
  /** What was looked at, at most a dozen: name, value, and where it is shown. */
  readonly data: readonly { readonly what: string; readonly value: string; readonly href?: string }[];
}

export const yesNo = (is: boolean): 'yes' | 'no' => (is ? 'yes' : 'no');
export const unknown = (says: string): Decided => ({ answer: 'unknown', says, data: [] });

/** Five significant digits and a unit. */
export const quantity = (v: number, unit: string | null): string => `${Number(v.toPrecision(5))}${unit ? ` ${unit}` : ''}`;

export const place = (tool: string | null, chamber: string | null): string => `${tool ?? 'all tools'} ${chamber ?? ''}`.trim();
/** "2026-09-03 14:05 UTC". */
export const when = (d: Date): string => `${d.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
