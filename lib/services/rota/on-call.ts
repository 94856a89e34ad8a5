import { type Db, sql } from '@/lib/db';
import { dutiesBetween, type Override, type RotaSpec } from './rota';

interface OverrideRow {
  id: number;
  rota: string;
  shift: string | null;
  from_at: Date;
  to_at: Date;
  instead_of: string | null;
  person: string | null;
}

const overrideOf = (r: OverrideRow): Override => ({
  id: r.id,
  shift: r.shift,
  from: r.from_at.getTime(),
  to: r.to_at.getTime(),
  insteadOf: r.instead_of,
  person: r.person,
});

/** Overrides in force of rotas that meet a time range, oldest first, by rota. */
export async function overridesOf(
  on: Db,
  rotas: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<Map<string, Override[]>> {
  const rows = await on.rows<OverrideRow>(sql`
    SELECT id, rota, shift, from_at, to_at, instead_of, person FROM rota_override
    WHERE rota = ANY(${[...rotas]}::text[]) AND cancelled_at IS NULL AND to_at > ${new Date(fromMs)} AND from_at < ${new Date(toMs)} ORDER BY id LIMIT 5000`);
  const by = new Map<string, Override[]>(rotas.map((r) => [r, []]));
  for (const r of rows) by.get(r.rota)!.push(overrideOf(r));
  return by;
}

/** Who is on call in these rotas at a time: addresses by rota, none where nobody is, no entry for a rota that does not exist. */
export async function onCall(on: Db, rotas: readonly string[], now: number): Promise<Map<string, string[]>> {
  if (rotas.length === 0) return new Map();
  const [specs, overrides] = await Promise.all([
    on.rows<{ name: string; spec: RotaSpec }>(sql`SELECT name, spec FROM rota WHERE name = ANY(${[...rotas]}::text[])`),
    overridesOf(on, rotas, now, now + 1),
  ]);
  return new Map(
    specs.map(({ name, spec }) => [
      name,
      [
        ...new Set(
          dutiesBetween(spec, overrides.get(name) ?? [], now, now + 1).flatMap((d) => (d.person === null ? [] : [d.person])),
        ),
      ],
    ]),
  );
}
