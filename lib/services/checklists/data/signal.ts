import { type Db, sql } from '@/lib/db';
import { type ChartKind, isDispersionRule, isWithinRule, ruleText } from '@/lib/spc';
import { SPECIFICATION_OF_CHART } from '../../spc/chart-specification';
import type { Condition } from '../conditions';
import { type Decided, quantity, type Subject, unknown, yesNo } from './subject';

type Of<K extends Condition['is']> = Extract<Condition, { is: K }>;

/** Which rule opened the alert. */
export function ruleFired(s: Subject, c: Of<'rule'>): Decided {
  if (s.rule === null || s.chart_kind === null) return unknown('no rule of a chart opened this alert');
  const text = ruleText(s.rule, 'study', s.chart_kind as ChartKind);
  return {
    answer: yesNo(c.rules.includes(s.rule)),
    says: `rule ${s.rule} fired: ${text}`,
    data: [{ what: 'rule', value: `${s.rule}: ${text}`, href: `/spc/${s.chart_id}?point=${s.record_id ?? ''}` }],
  };
}

/** Signals of the alert that still hold. */
export async function signalsHold(on: Db, s: Subject, c: Of<'signals'>): Promise<Decided> {
  if (s.chart_id === null) return unknown('the alert has no chart whose signals could be counted');
  const row = (await on.one<{ n: number; withdrawn: number }>(sql`
    SELECT count(*) FILTER (WHERE withdrawn_at IS NULL)::int AS n, count(withdrawn_at)::int AS withdrawn FROM alert_signal WHERE alert_id = ${s.id}`))!;
  return {
    answer: yesNo(row.n >= c.least),
    says: `${row.n} signals hold${row.withdrawn === 0 ? '' : `, ${row.withdrawn} no longer do`}`,
    data: [{ what: 'signals that hold', value: String(row.n), href: `/spc/${s.chart_id}` }],
  };
}

/** The value that opened it against the specification in force of its chart. */
export async function beyondSpecification(on: Db, s: Subject): Promise<Decided> {
  if (s.chart_id === null || s.value === null) return unknown('the alert has no value of a chart');
  if (s.rule !== null && (isDispersionRule(s.rule) || isWithinRule(s.rule)))
    return unknown('a spread opened it, which has no specification');
  const spec = await on.one<{ lsl: number | null; usl: number | null; value: number | null }>(sql`
    SELECT spec.lsl, spec.usl, (SELECT p.value FROM chart_point p WHERE p.chart_id = c.id AND p.at = ${s.first_at} AND p.record_id = ${s.record_id}::uuid) AS value
    FROM chart c ${SPECIFICATION_OF_CHART} WHERE c.id = ${s.chart_id}`);
  if (spec === undefined || (spec.lsl === null && spec.usl === null))
    return unknown('its chart has no one specification in force');
  if (spec.value === null) return unknown('its point is no longer on the chart');
  const out = (spec.lsl !== null && spec.value < spec.lsl) || (spec.usl !== null && spec.value > spec.usl);
  const limits = [spec.lsl, spec.usl].map((l) => (l === null ? 'open' : quantity(l, null))).join(' to ');
  return {
    answer: yesNo(out),
    says: `${quantity(spec.value, s.unit)} is ${out ? 'outside' : 'within'} ${limits}`,
    data: [
      { what: 'value', value: quantity(spec.value, s.unit), href: `/spc/${s.chart_id}?point=${s.record_id ?? ''}` },
      { what: 'LSL to USL', value: limits },
    ],
  };
}

/** The newest measurement that was asked for from the alert and came, against the control limits of its point. */
export async function reMeasuredIn(on: Db, s: Subject): Promise<Decided> {
  if (s.chart_id === null) return unknown('the alert has no chart that judges a measurement');
  const row = await on.one<{
    id: string;
    mean: number;
    unit: string;
    rules: number[] | null;
    judged: boolean;
    ucl: number | null;
    lcl: number | null;
  }>(sql`
    SELECT m.id, m.mean, m.unit, p.rules, p.ucl IS NOT NULL OR p.lcl IS NOT NULL AS judged, p.ucl, p.lcl FROM measurement_request r JOIN measurement m ON m.id = r.measurement_id
      LEFT JOIN LATERAL (SELECT q.rules, q.ucl, q.lcl FROM chart_point q WHERE q.chart_id = ${s.chart_id} AND q.record_id = m.id ORDER BY q.at DESC LIMIT 1) p ON true
    WHERE r.alert_id = ${s.id} AND r.state = 'fulfilled' ORDER BY r.ended_at DESC, r.id LIMIT 1`);
  if (row === undefined) return unknown('no measurement that was asked for has come');
  if (row.rules === null || !row.judged)
    return unknown(`the new measurement, ${quantity(row.mean, row.unit)}, is not judged on this chart yet`);
  const isIn = !row.rules.some((r) => r === 1);
  return {
    answer: yesNo(isIn),
    says: `measured again it is ${quantity(row.mean, row.unit)}, ${isIn ? 'within' : 'beyond'} the limits ${row.lcl === null ? 'open' : quantity(row.lcl, null)} to ${row.ucl === null ? 'open' : quantity(row.ucl, null)}`,
    data: [{ what: 'measured again', value: quantity(row.mean, row.unit), href: `/wafers/${row.id}` }],
  };
}

/** Another station's value of the same wafer and parameter. */
export async function otherStation(on: Db, s: Subject, c: Of<'other_station'>): Promise<Decided> {
  if (s.lot === null || s.parameter === null) return unknown('the alert has no wafer that stations measure');
  const rows = await on.rows<{ id: string; station: string; slot: number; mean: number; unit: string; own: boolean }>(sql`
    SELECT DISTINCT ON (m.station, m.slot) m.id, m.station, m.slot, m.mean, m.unit, m.id = ${s.record_id}::uuid AS own FROM measurement m
    WHERE m.lot = ${s.lot} AND m.operation = ${s.operation} AND m.parameter = ${s.parameter} AND (${s.slot}::int2 IS NULL OR ${s.slot}::int2 = 0 OR m.slot = ${s.slot}::int2) AND m.superseded_by IS NULL
    ORDER BY m.station, m.slot, m.measured_at DESC LIMIT 50`);
  const own = rows.find((r) => r.own) ?? rows[0];
  const other = own === undefined ? undefined : rows.find((r) => r.station !== own.station && r.slot === own.slot);
  if (own === undefined || other === undefined) return unknown('no other station measured this wafer');
  const off = Math.abs(other.mean - own.mean);
  const most = (c.percent / 100) * Math.abs(own.mean);
  return {
    answer: yesNo(off <= most),
    says: `${other.station} has ${quantity(other.mean, other.unit)}, ${own.station} ${quantity(own.mean, own.unit)}: ${quantity(off, own.unit)} apart, ${quantity(most, own.unit)} allowed`,
    data: [own, other].map((m) => ({ what: m.station, value: quantity(m.mean, m.unit), href: `/wafers/${m.id}` })),
  };
}
