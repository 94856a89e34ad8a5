import { z } from 'zod';
import { type Db, db, recordId, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { type MetrologyRecipe, metrologyRecipeIn, type NamedRecipe } from '@/lib/formats/metrology-recipe';
import { parsed } from '@/lib/formats/parsed';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn } from '@/lib/formats/scalars';
import { type ConvergenceCertificate, checkRecipe } from '@/lib/recipes';
import { audit } from '../audit';
import { feed } from '../live/feed';
import { type Ctx, verb } from '../verb';
import { certifyOnThread } from './certify-on-thread';

/** The check of a recipe that needs the database: its operation, product and reported parameters are registered. */
export async function checkNames(tx: Tx, operation: string, product: string | null, recipe: MetrologyRecipe): Promise<void> {
  const bad = (field: string, message: string): never => {
    throw new AppError('invalid_input', `${field}: ${message}`, { field });
  };
  if ((await tx.one(sql`SELECT 1 FROM operation WHERE name = ${operation}`)) === undefined)
    bad('operation', `operation "${operation}" is not registered`);
  if (product !== null && (await tx.one(sql`SELECT 1 FROM product WHERE name = ${product}`)) === undefined)
    bad('product', `product "${product}" is not registered`);
  const reported = recipe.parameters.flatMap((p, i) => (p.reportAs === null ? [] : [{ i, name: p.reportAs, unit: p.unit }]));
  const known = await tx.rows<{ name: string; unit: string }>(
    sql`SELECT name, unit FROM parameter WHERE name = ANY(${reported.map((r) => r.name)}::text[])`,
  );
  const units = new Map(known.map((k) => [k.name, k.unit]));
  for (const r of reported) {
    const unit = units.get(r.name);
    if (unit === undefined) bad(`content.parameters.${r.i}.reportAs`, `parameter "${r.name}" is not registered`);
    if (unit !== r.unit) bad(`content.parameters.${r.i}.unit`, `"${r.name}" is kept in ${unit}, not ${r.unit}`);
  }
  if (new Set(reported.map((r) => r.name)).size < reported.length)
    bad('content.parameters', 'two report as the same fab parameter; each needs its own');
}

/** A recipe that may be kept, with the certificate of its truncation; null where it needs none. */
export interface Certified {
  readonly recipe: MetrologyRecipe;
  readonly certificate: ConvergenceCertificate | null;
}

/** The parsed recipe with its certificate, which is computed before any transaction is opened. */
export async function certified(content: unknown): Promise<Certified> {
  const recipe = parsed(metrologyRecipeIn, content);
  checkRecipe(recipe);
  return { recipe, certificate: await certifyOnThread(recipe) };
}

const json = (v: unknown) => (v === null ? null : JSON.stringify(v));

/** The recipes of a list whose names are free. */
async function withFreeNames<R extends NamedRecipe>(on: Db, list: readonly R[]): Promise<R[]> {
  const rows = await on.rows<{ name: string }>(
    sql`SELECT name FROM metrology_recipe WHERE name = ANY(${list.map((r) => r.name)}::text[])`,
  );
  const taken = new Set(rows.map((r) => r.name));
  return list.filter((r) => !taken.has(r.name));
}

export interface CertifiedRecipe extends NamedRecipe {
  readonly certificate: ConvergenceCertificate | null;
}

/** The recipes of a fab that do not exist yet, with their certificates. @throws AppError `invalid_input` naming the field. */
export async function certifyNew(list: readonly NamedRecipe[]): Promise<CertifiedRecipe[]> {
  const made: CertifiedRecipe[] = [];
  for (const r of await withFreeNames(db(), list)) {
    const { recipe, certificate } = await certified(r.content);
    made.push({ ...r, content: recipe, certificate });
  }
  return made;
}

/** Makes the recipes of a fab at version 1; those that exist, also since a moment ago, keep their versions. @throws AppError `invalid_input` naming the field. */
export async function registerRecipes(tx: Tx, ctx: Ctx, list: readonly CertifiedRecipe[]): Promise<void> {
  const said = { author: ctx.by.email, reason: 'registered with the fab' };
  for (const { certificate, ...r } of await withFreeNames(tx, list)) await insertRecipe(tx, ctx, r, certificate, said);
}

/** Creates a recipe at version 1, by `author`. @throws AppError `conflict` when the name is taken; `invalid_input` naming the field. */
export async function insertRecipe(
  tx: Tx,
  ctx: Ctx,
  r: NamedRecipe,
  certificate: ConvergenceCertificate | null,
  { author, reason }: { readonly author: string; readonly reason: string },
): Promise<void> {
  const recipe = r.content;
  const id = recordId('metrology-recipe', r.name);
  await checkNames(tx, r.operation, r.product, recipe);
  const made = await tx.exec(sql`
      INSERT INTO metrology_recipe (id, name, operation, product) VALUES (${id}, ${r.name}, ${r.operation}, ${r.product}) ON CONFLICT DO NOTHING`);
  if (made === 0) throw new AppError('conflict', `there is a recipe "${r.name}" already; change it, or choose another name`);
  await tx.exec(sql`INSERT INTO metrology_recipe_version (recipe_id, version, content, certificate, author, reason)
      VALUES (${id}, 1, ${json(recipe)}::jsonb, ${json(certificate)}::jsonb, ${author}, ${reason})`);
  await audit(tx, ctx, { author, action: 'create', entity: 'metrology recipe', entityId: id, after: recipe, reason });
  await feed(tx, [{ kind: 'recipe', text: `${r.name}: made by ${author}: ${reason}`, detail: { recipeId: id, version: 1 } }]);
}

interface Current {
  name: string;
  operation: string;
  product: string | null;
  version: number;
  active: boolean;
  content: MetrologyRecipe;
  author: string;
  reason: string;
}

/** Locks a recipe on its own: a join would see the version that was in force before the wait for the lock. */
export const lockRecipe = (tx: Tx, id: string): Promise<number> =>
  tx.exec(sql`SELECT 1 FROM metrology_recipe WHERE id = ${id} FOR UPDATE`);

async function locked(tx: Tx, id: string, seenVersion: number): Promise<Current> {
  await lockRecipe(tx, id);
  const current = await tx.one<Current>(sql`
    SELECT r.name, r.operation, r.product, r.version, r.active, v.content, v.author, v.reason FROM metrology_recipe r
    JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = r.version WHERE r.id = ${id}`);
  if (current === undefined) throw new AppError('not_found', 'there is no such recipe');
  if (current.version !== seenVersion)
    throw new AppError(
      'precondition_failed',
      `${current.author} has saved version ${current.version} since (“${current.reason}”), you saw ${seenVersion}; look at the change first`,
    );
  return current;
}

/** The next version of a recipe, in force from now on: the change of `author`, decided on by whom `ctx` names. The caller has locked the recipe. */
export async function insertVersion(
  tx: Tx,
  ctx: Ctx,
  v: {
    recipeId: string;
    name: string;
    version: number;
    recipe: MetrologyRecipe;
    certificate: ConvergenceCertificate | null;
    author: string;
    reason: string;
  },
): Promise<void> {
  const by = ctx.by.email;
  const before = await tx.one<{ content: MetrologyRecipe }>(
    sql`SELECT content FROM metrology_recipe_version WHERE recipe_id = ${v.recipeId} AND version = ${v.version - 1}`,
  );
  await tx.exec(sql`INSERT INTO metrology_recipe_version (recipe_id, version, content, certificate, author, reason)
    VALUES (${v.recipeId}, ${v.version}, ${json(v.recipe)}::jsonb, ${json(v.certificate)}::jsonb, ${v.author}, ${v.reason})`);
  await tx.exec(sql`UPDATE metrology_recipe SET version = ${v.version} WHERE id = ${v.recipeId}`);
  await audit(tx, ctx, {
    author: v.author,
    action: 'change',
    entity: 'metrology recipe',
    entityId: v.recipeId,
    before: before?.content,
    after: v.recipe,
    reason: v.reason,
  });
  await feed(tx, [
    {
      kind: 'recipe',
      text: `${v.name}: version ${v.version} by ${v.author}${by === v.author ? '' : `, approved by ${by}`}: ${v.reason}`,
      detail: { recipeId: v.recipeId, version: v.version },
    },
  ]);
}

/**
 * Takes a recipe out of use, or puts it back: spectra for a recipe out of use are refused within five seconds, the time for which names are cached.
 */
export const setRecipeActive = verb(
  {
    name: 'recipe.activate',
    least: 'engineer',
    input: z.strictObject({ recipe: recordIdIn('recipe'), seen: z.int(), active: z.boolean(), reason: reasonIn }),
  },
  async (ctx, { recipe: id, seen, active, reason }) =>
    transaction(async (tx) => {
      const current = await locked(tx, id, seen);
      if (current.active === active) return;
      await tx.exec(sql`UPDATE metrology_recipe SET active = ${active} WHERE id = ${id}`);
      await audit(tx, ctx, {
        action: active ? 'activate' : 'retire',
        entity: 'metrology recipe',
        entityId: id,
        before: { active: current.active },
        after: { active },
        reason,
      });
      await feed(tx, [
        {
          kind: 'recipe',
          text: `${current.name} ${active ? 'back in use' : 'out of use'}, ${ctx.by.email}: ${reason}`,
          detail: { recipeId: id },
        },
      ]);
    }),
);
