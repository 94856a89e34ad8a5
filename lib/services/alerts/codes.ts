import { z } from 'zod';
import { type Db, type RowOf, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { recordIdIn, text } from '@/lib/formats/scalars';
import { audit } from '../audit';
import { timeOf, verb } from '../verb';
import { ALL_AREAS, requireArea } from './policy';

export const CODE_KINDS = ['cause', 'action'] as const;
export type CodeKind = (typeof CODE_KINDS)[number];
export type AlertCode = RowOf<
  'alert_code',
  'id' | 'kind' | 'area' | 'code' | 'label' | 'position' | 'version' | 'retired_at',
  { kind: CodeKind }
>;

/** Codes in force for an area: its own and those of all areas. */
export const codesFor = (on: Db, area: string): Promise<AlertCode[]> =>
  on.rows<AlertCode>(sql`
    SELECT id, kind, area, code, label, position, version, retired_at FROM alert_code WHERE area IN (${area}, ${ALL_AREAS}) AND retired_at IS NULL ORDER BY kind, (area = ${ALL_AREAS}), position, label LIMIT 500`);

/** @throws AppError `invalid_input` for a code that the area does not have now, with those it has. */
export async function requireCode(tx: Tx, kind: CodeKind, area: string, code: string, field: string): Promise<void> {
  const known = (await codesFor(tx, area)).filter((c) => c.kind === kind).map((c) => c.code);
  if (known.includes(code)) return;
  throw new AppError('invalid_input', `${field}: "${code}" is no ${kind} of ${area} now; it has ${known.join(', ')}`, { field });
}

const codeIn = z.strictObject({
  kind: z.enum(CODE_KINDS),
  area: z.string().min(1).max(120),
  code: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_]{1,39}$/, 'use 2 to 40 small letters, digits and underscores: it is what the API says'),
  label: text(2, 80),
  position: z.int().min(0).max(999),
});

/** Adds a cause or an action to an area, or to all. @throws AppError `conflict` when the area has had this code, also a retired one. */
export const addCode = verb({ name: 'alert-code.add', least: 'engineer', input: codeIn }, async (ctx, c) =>
  transaction(async (tx) => {
    await requireArea(tx, c.area);
    const made = await tx.one<{ id: string }>(sql`
      INSERT INTO alert_code (kind, area, code, label, position, created_by, created_at) VALUES (${c.kind}, ${c.area}, ${c.code}, ${c.label}, ${c.position}, ${ctx.by.email}, ${timeOf(ctx)})
      ON CONFLICT (kind, area, code) DO NOTHING RETURNING id`);
    if (made === undefined)
      throw new AppError(
        'conflict',
        `there is a ${c.kind} "${c.code}" of ${c.area} already; take another word, or bring that one back if it is retired`,
        { field: 'code' },
      );
    await audit(tx, ctx, { action: 'create', entity: 'alert code', entityId: `${c.kind}/${c.area}/${c.code}`, after: c });
  }),
);

/** Changes what a code is called and where it stands, or retires it and brings it back; alerts that were closed by it keep it. */
export const changeCode = verb(
  {
    name: 'alert-code.change',
    least: 'engineer',
    input: z.strictObject({
      id: recordIdIn('code'),
      seen: z.int(),
      label: text(2, 80),
      position: z.int().min(0).max(999),
      retired: z.boolean(),
    }),
  },
  async (ctx, { id, seen, label, position, retired }) =>
    transaction(async (tx) => {
      const c = await tx.one<AlertCode>(sql`SELECT * FROM alert_code WHERE id = ${id} FOR UPDATE`);
      if (c === undefined) throw new AppError('not_found', `there is no code ${id}`);
      if (c.version !== seen) throw new AppError('precondition_failed', `"${c.label}" was changed meanwhile; look at it again`);
      await tx.exec(sql`
        UPDATE alert_code SET label = ${label}, position = ${position}, version = version + 1, retired_at = CASE WHEN ${retired} THEN COALESCE(retired_at, ${timeOf(ctx)}) END WHERE id = ${id}`);
      await audit(tx, ctx, {
        action: retired === (c.retired_at !== null) ? 'change' : retired ? 'retire' : 'restore',
        entity: 'alert code',
        entityId: `${c.kind}/${c.area}/${c.code}`,
        before: { label: c.label, position: c.position, retired: c.retired_at !== null },
        after: { label, position, retired },
      });
    }),
);
