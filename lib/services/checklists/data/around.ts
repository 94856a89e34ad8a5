import { type Db, sql } from '@/lib/db';
import { unsettled } from '../../alerts/unsettled';
import { heldLines } from '../../holds/views/held';
import type { Condition } from '../conditions';
import { type Decided, place, type Subject, unknown, when, yesNo } from './subject';

type Of<K extends Condition['is']> = Extract<Condition, { is: K }>;

/** The same characteristic on other chambers about the time of the first signal. */
export async function sistersOut(on: Db, s: Subject, c: Of<'sisters_out'>): Promise<Decided> {
  if (s.chart_id === null) return unknown('the alert has no chart to compare with');
  const rows = await on.rows<{ id: string; tool: string | null; chamber: string | null; n: number; out: number }>(sql`
    SELECT s.id, s.tool, s.chamber, p.n, p.out FROM chart c JOIN chart s ON s.active AND s.id <> c.id AND s.operation = c.operation AND s.characteristic = c.characteristic
      AND s.parameter = c.parameter AND s.kind = c.kind AND s.product IS NOT DISTINCT FROM c.product AND (s.tool, s.chamber) IS DISTINCT FROM (c.tool, c.chamber)
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS n, (count(*) FILTER (WHERE cardinality(q.rules) > 0))::int AS out FROM chart_point q
      WHERE q.chart_id = s.id AND q.excluded IS NULL AND q.at BETWEEN ${s.first_at}::timestamptz - ${c.hours} * INTERVAL '1 hour' AND ${s.last_at}::timestamptz + ${c.hours} * INTERVAL '1 hour') p
    WHERE c.id = ${s.chart_id} ORDER BY p.out DESC, s.tool, s.chamber LIMIT 24`);
  const ran = rows.filter((r) => r.n > 0);
  if (ran.length === 0) return unknown(`no sister chamber has a point within ${c.hours} h`);
  const out = ran.filter((r) => r.out > 0);
  return {
    answer: yesNo(out.length > 0),
    says:
      out.length === 0
        ? `${ran.length} sister chambers are in control within ${c.hours} h`
        : `${out.map((r) => place(r.tool, r.chamber)).join(', ')}: out of control within ${c.hours} h`,
    data: ran
      .slice(0, 8)
      .map((r) => ({ what: place(r.tool, r.chamber), value: `${r.out} of ${r.n} points signal`, href: `/spc/${r.id}` })),
  };
}

/** Unsettled alerts of the same kind of value on other tools or chambers. */
export async function openElsewhere(on: Db, s: Subject): Promise<Decided> {
  const rows = await on.rows<{ id: string; title: string; tool: string | null; chamber: string | null }>(sql`
    SELECT a.id, a.title, a.tool, a.chamber FROM alert a LEFT JOIN chart c ON c.id = a.chart_id
    WHERE a.id <> ${s.id} AND ${unsettled(sql`a`)} AND a.kind = ${s.kind} AND a.operation IS NOT DISTINCT FROM ${s.operation} AND c.parameter IS NOT DISTINCT FROM ${s.parameter}
      AND (a.tool, a.chamber) IS DISTINCT FROM (${s.tool}::text, ${s.chamber}::text) ORDER BY a.raised_at DESC LIMIT 8`);
  return {
    answer: yesNo(rows.length > 0),
    says:
      rows.length === 0
        ? 'nothing of this kind is open on another tool or chamber'
        : `open too: ${rows.map((r) => place(r.tool, r.chamber)).join(', ')}`,
    data: rows.map((r) => ({ what: place(r.tool, r.chamber), value: r.title, href: `/alerts/${r.id}` })),
  };
}

/** Alerts of its incident. */
export async function incidentOf(on: Db, s: Subject, c: Of<'incident_of'>): Promise<Decided> {
  if (s.incident_id === null) return unknown('the alert is from before there were incidents');
  const { n } = (await on.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM alert WHERE incident_id = ${s.incident_id}`))!;
  return {
    answer: yesNo(n >= c.least),
    says: n === 1 ? 'it is alone in its incident' : `its incident has ${n} alerts`,
    data: [{ what: 'alerts of the incident', value: String(n), href: `/incidents/${s.incident_id}` }],
  };
}

/** Events of the chamber, or of its tool as a whole, before the first signal. */
export async function maintenance(on: Db, s: Subject, c: Of<'maintenance'>): Promise<Decided> {
  if (s.tool === null) return unknown('no tool is known');
  const rows = await on.rows<{ kind: string; description: string; at: Date; chamber: string | null }>(sql`
    SELECT kind, description, at, chamber FROM equipment_event WHERE tool = ${s.tool} AND (chamber IS NULL OR ${s.chamber}::text IS NULL OR chamber = ${s.chamber})
      AND at BETWEEN ${s.first_at}::timestamptz - ${c.hours} * INTERVAL '1 hour' AND ${s.first_at} ORDER BY at DESC LIMIT 8`);
  const last = rows[0];
  return {
    answer: yesNo(last !== undefined),
    says:
      last === undefined
        ? `no event of ${place(s.tool, s.chamber)} in the ${c.hours} h before it`
        : `${last.kind} of ${place(s.tool, last.chamber)} at ${when(last.at)}: ${last.description}`,
    data: rows.map((r) => ({ what: `${r.kind}, ${place(s.tool, r.chamber)}`, value: `${when(r.at)}, ${r.description}` })),
  };
}

/** Active holds that its lot, chamber or tool meets. */
export async function onHold(s: Subject): Promise<Decided> {
  const held = await heldLines({ lot: s.lot, tool: s.tool, chambers: s.chamber === null ? [] : [s.chamber] });
  return {
    answer: yesNo(held.length > 0),
    says: held.length === 0 ? 'nothing of it is on hold' : `${held.length} holds are active`,
    data: held.slice(0, 8).map((h) => ({
      what: `${h.scope} ${[h.lot, h.tool, h.chamber].filter((w) => w !== null).join(' ')}`,
      value: h.reason,
      href: `/holds?hold=${h.id}`,
    })),
  };
}
