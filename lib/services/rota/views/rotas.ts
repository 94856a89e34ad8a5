import { config } from '@/lib/config';
import { db, sql } from '@/lib/db';
import { overridesOf } from '../on-call';
import { type Duty, dutiesBetween, onCallAt, type RotaSpec } from '../rota';

export interface RotaView {
  readonly name: string;
  readonly area: string;
  readonly version: number;
  readonly spec: RotaSpec;
  readonly author: string;
  readonly reason: string;
  readonly now: Duty[];
  readonly next: Duty[];
}

export interface OverrideView {
  readonly id: number;
  readonly shift: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly insteadOf: string | null;
  readonly person: string | null;
  readonly author: string;
  readonly reason: string;
}

export interface RotaPage {
  readonly rotas: RotaView[];
  readonly areas: string[];
  readonly people: string[];
  readonly zone: string;
  /** Of the chosen rota: the coming weeks, and what replaces its plan. */
  readonly chosen: {
    readonly name: string;
    readonly duties: Duty[];
    readonly overrides: OverrideView[];
    readonly usedBy: string[];
  } | null;
}

const DAY_MS = 86_400_000;
/** How far overrides are read for the next handover, and what the calendar of a rota shows. */
const AHEAD_MS = 35 * DAY_MS;
const SHOWN_MS = 14 * DAY_MS;

/** Rotas with who is on call now and who comes next; of the chosen one its next two weeks. */
export async function rotaPage(nowMs: number, chosen: string | null): Promise<RotaPage> {
  const [rows, areas, people] = await Promise.all([
    db().rows<Omit<RotaView, 'now' | 'next'>>(
      sql`SELECT name, area, version, spec, author, reason FROM rota ORDER BY (area <> '*'), area, name LIMIT 200`,
    ),
    db().rows<{ name: string }>(sql`SELECT name FROM area ORDER BY position`),
    db().rows<{ email: string }>(sql`SELECT email FROM "user" WHERE disabled_at IS NULL ORDER BY email LIMIT 500`),
  ]);
  const overrides = await overridesOf(
    db(),
    rows.map((r) => r.name),
    nowMs,
    nowMs + AHEAD_MS,
  );
  const rotas = rows.map((r) => ({ ...r, ...onCallAt(r.spec, overrides.get(r.name) ?? [], nowMs) }));
  const one = rotas.find((r) => r.name === chosen) ?? rotas[0];
  return {
    rotas,
    areas: areas.map((a) => a.name),
    people: people.map((p) => p.email),
    zone: config().SITE_ZONE,
    chosen:
      one === undefined
        ? null
        : {
            name: one.name,
            duties: dutiesBetween(one.spec, overrides.get(one.name) ?? [], nowMs, nowMs + SHOWN_MS),
            overrides: await overrideViews(one.name, nowMs),
            usedBy: await usersOf(one.name),
          },
  };
}

/** Overrides that are not over. */
async function overrideViews(rota: string, nowMs: number): Promise<OverrideView[]> {
  const rows = await db().rows<{
    id: number;
    shift: string | null;
    from_at: Date;
    to_at: Date;
    instead_of: string | null;
    person: string | null;
    author: string;
    reason: string;
  }>(sql`
    SELECT id, shift, from_at, to_at, instead_of, person, author, reason FROM rota_override
    WHERE rota = ${rota} AND cancelled_at IS NULL AND to_at > ${new Date(nowMs)} ORDER BY from_at, id LIMIT 200`);
  return rows.map((r) => ({
    id: r.id,
    shift: r.shift,
    fromMs: r.from_at.getTime(),
    toMs: r.to_at.getTime(),
    insteadOf: r.instead_of,
    person: r.person,
    author: r.author,
    reason: r.reason,
  }));
}

/** Rules, digests and policies that tell whoever is on call in it. */
async function usersOf(rota: string): Promise<string[]> {
  const target = JSON.stringify([{ rota }]);
  const rows = await db().rows<{ name: string }>(sql`
    SELECT 'rule ' || name AS name FROM notify_rule WHERE active AND spec->'to' @> ${target}::jsonb
    UNION ALL SELECT 'digest ' || name FROM notify_digest WHERE active AND spec->'to' @> ${target}::jsonb
    UNION ALL SELECT 'policy of ' || CASE area WHEN '*' THEN 'all areas' ELSE area END || ', ' || severity FROM (SELECT DISTINCT ON (area, severity) * FROM alert_policy ORDER BY area, severity, version DESC) p
      WHERE active AND EXISTS (SELECT 1 FROM jsonb_array_elements(p.steps) s WHERE s->'to' @> ${target}::jsonb) LIMIT 100`);
  return rows.map((r) => r.name);
}
