import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { requireCurrentVersion } from '@/lib/errors/current-version';
import { reasonIn } from '@/lib/formats/reason';
import { real } from '@/lib/formats/scalars';
import { type SpecificationValues, sharesNothing, specificationProblems } from '@/lib/spc';
import { audit } from '../audit';
import { followSpecification } from '../control/follow-specification';
import { feed } from '../live/feed';
import { type Ctx, verb } from '../verb';

/** The key of a specification. */
export interface SpecificationKey {
  readonly product: string;
  readonly operation: string;
  readonly parameter: string;
}

const side = real.nullable();
const specificationChange = z.strictObject({
  of: z.strictObject({ product: z.string(), operation: z.string(), parameter: z.string() }),
  seen: z.int(),
  reason: reasonIn,

  target: side,
  lsl: side,
  usl: side,
  /** Confirms limits that share no value with those in force. */
  confirmed: z.boolean().default(false),
});

interface InForce extends SpecificationValues {
  readonly version: number;
}

const nameOf = (k: SpecificationKey): string => `${k.product} · ${k.operation} · ${k.parameter}`;

/**
 * A new version of a specification with author and reason. Charts and capability of its context judge by it from now on, and loops that aim at its
 * target follow it as `followSpecification` says; control limits, baselines and running rules are untouched, since a specification states what is
 * wanted and not what the process does.
 * @throws AppError `not_found`; `precondition_failed` when somebody changed it meanwhile, or the new limits share no value with those in force
 *   and nobody confirmed that; `invalid_input` with `details.field` when
 *   LSL <= target <= USL does not hold, nothing is said, or nothing differs.
 */
export const changeSpecification = verb(
  { name: 'specification.change', least: 'engineer', input: specificationChange },
  async (ctx, { of: key, seen, reason, confirmed, ...values }): Promise<number> =>
    transaction(async (tx) => {
      const inForce = await tx.one<InForce>(sql`
        SELECT version, target, lsl, usl FROM specification WHERE product = ${key.product} AND operation = ${key.operation} AND parameter = ${key.parameter} FOR UPDATE`);
      if (inForce === undefined) throw new AppError('not_found', `there is no specification of ${nameOf(key)}`);
      requireCurrentVersion('the specification', inForce.version, seen);
      if (sameValues(inForce, values))
        throw new AppError('invalid_input', `Nothing differs from version ${inForce.version}.`, { field: 'target' });
      if (!confirmed && problemOf(values, false) === undefined && sharesNothing(inForce, values))
        throw unconfirmed(inForce, values);
      return writeVersion(tx, ctx, key, inForce, values, { reason, fromDocument: false });
    }),
);

const span = (v: SpecificationValues): string => `${v.lsl ?? 'open'} to ${v.usl ?? 'open'}`;

const unconfirmed = (before: SpecificationValues, after: SpecificationValues): AppError =>
  new AppError(
    'precondition_failed',
    `The limits move from ${span(before)} to ${span(after)}: what is inside now would be out. Check the unit, or confirm that it is meant.`,
    { field: 'confirmed' },
  );

export interface RegisteredSpecification extends SpecificationKey, SpecificationValues {
  readonly chartContext: string;
}

/**
 * The specifications of a fab's document: new ones are registered, changed ones become versions by the same rules as on the screen. What a document
 * repeats unchanged does not revert what an engineer has changed since.
 */
export async function registerSpecifications(
  tx: Tx,
  ctx: Ctx,
  list: readonly RegisteredSpecification[],
  reason: string,
): Promise<void> {
  const rows = await tx.rows<SpecificationKey & InForce & { document: SpecificationValues | null }>(sql`
    SELECT s.product, s.operation, s.parameter, s.version, s.target, s.lsl, s.usl,
      (SELECT jsonb_build_object('target', v.target, 'lsl', v.lsl, 'usl', v.usl) FROM specification_version v
        WHERE v.product = s.product AND v.operation = s.operation AND v.parameter = s.parameter AND v.from_document ORDER BY v.version DESC LIMIT 1) AS document
    FROM specification s FOR UPDATE`);
  const known = new Map(rows.map((r) => [nameOf(r), r]));
  for (const [i, s] of list.entries()) {
    const problem = problemOf(s, true);
    if (problem !== undefined)
      throw new AppError('invalid_input', `specifications.${i}.${problem.field}: ${problem.text}`, {
        path: `specifications.${i}.${problem.field}`,
      });
    const inForce = known.get(nameOf(s));
    if (inForce === undefined) await registerFirst(tx, ctx, s, reason);
    else {
      await tx.exec(
        sql`UPDATE specification SET chart_context = ${s.chartContext} WHERE product = ${s.product} AND operation = ${s.operation} AND parameter = ${s.parameter}`,
      );
      if (inForce.document !== null && sameValues(inForce.document, s)) continue;
      await writeVersion(tx, ctx, s, inForce, s, { reason, fromDocument: true });
    }
  }
}

/** A document may name what is charted before anybody has specified it; a person who changes a specification must enter a value. */
const problemOf = (v: SpecificationValues, fromDocument: boolean) =>
  fromDocument && v.target === null && v.lsl === null && v.usl === null ? undefined : specificationProblems(v)[0];

const sameValues = (a: SpecificationValues, b: SpecificationValues): boolean =>
  a.target === b.target && a.lsl === b.lsl && a.usl === b.usl;

interface Said {
  readonly reason: string;
  readonly fromDocument: boolean;
}

async function registerFirst(tx: Tx, ctx: Ctx, s: RegisteredSpecification, reason: string): Promise<void> {
  await tx.exec(sql`INSERT INTO specification (product, operation, parameter, version, target, lsl, usl, chart_context)
    VALUES (${s.product}, ${s.operation}, ${s.parameter}, 1, ${s.target}::float8, ${s.lsl}::float8, ${s.usl}::float8, ${s.chartContext})`);
  // The first one holds from the start: nothing was specified before it.
  await insertVersion(tx, ctx, s, 1, s, { reason, fromDocument: true }, 0);
}

async function writeVersion(
  tx: Tx,
  ctx: Ctx,
  key: SpecificationKey,
  before: InForce,
  values: SpecificationValues,
  said: Said,
): Promise<number> {
  const problem = problemOf(values, said.fromDocument);
  if (problem !== undefined) throw new AppError('invalid_input', problem.text, { field: problem.field });
  const { target, lsl, usl } = values;
  const version = before.version + 1;
  await tx.exec(sql`UPDATE specification SET version = ${version}, target = ${target}::float8, lsl = ${lsl}::float8, usl = ${usl}::float8
    WHERE product = ${key.product} AND operation = ${key.operation} AND parameter = ${key.parameter}`);
  await insertVersion(tx, ctx, key, version, values, said, ctx.now());
  await audit(tx, ctx, {
    action: 'change',
    entity: 'specification',
    entityId: nameOf(key),
    before: { version: before.version, target: before.target, lsl: before.lsl, usl: before.usl },
    after: { version, target, lsl, usl },
    reason: said.reason,
  });
  await feed(tx, [
    {
      kind: 'limits',
      text: `Specification of ${nameOf(key)}: version ${version} by ${ctx.by.email}: ${said.reason}`,
      detail: { ...key },
    },
  ]);
  await followSpecification(tx, ctx, { ...key, version, before, after: { target, lsl, usl }, ...said });
  return version;
}

async function insertVersion(
  tx: Tx,
  ctx: Ctx,
  key: SpecificationKey,
  version: number,
  v: SpecificationValues,
  said: Said,
  at: number,
): Promise<void> {
  await tx.exec(sql`INSERT INTO specification_version (product, operation, parameter, version, target, lsl, usl, from_document, author, reason, valid_from)
    VALUES (${key.product}, ${key.operation}, ${key.parameter}, ${version}, ${v.target}::float8, ${v.lsl}::float8, ${v.usl}::float8, ${said.fromDocument}, ${ctx.by.email}, ${said.reason}, ${new Date(at)})`);
}
