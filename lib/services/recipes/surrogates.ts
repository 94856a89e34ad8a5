import { z } from 'zod';
import { asBuffer, db, recordId, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { MetrologyRecipe, SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { recordIdIn } from '@/lib/formats/scalars';
import type { Payload } from '@/lib/queue/jobs';
import { enqueueLater } from '@/lib/queue/outbox';
import {
  defaultSurrogate,
  type SurrogateCheckpoint,
  type SurrogatePhase,
  type SurrogateProgress,
  type SurrogateSettings,
  type SurrogateWork,
} from '@/lib/recipes';
import { audit } from '../audit';
import { feed } from '../live/feed';
import { timeOf, verb } from '../verb';
import { lockRecipe } from './recipes';

/** Input of a training thread: the work, its checkpoint, and how long it may run before it returns the next one. */
export interface SurrogateSlice {
  readonly work: SurrogateWork;
  readonly from: SurrogateCheckpoint | null;
  readonly milliseconds: number;
}

/** Its answer: a checkpoint, or the finished model with its error and measured speed. */
export type SurrogateAnswer =
  | { readonly progress: SurrogateProgress; readonly checkpoint: SurrogateCheckpoint }
  | { readonly model: Uint8Array; readonly result: SurrogateResult };

export interface SurrogateResult {
  /** Error on held-back rigorous spectra, in σ of the channels and in their units. */
  readonly rmsSigma: number;
  readonly maximum: number;
  readonly heldBack: number;
  /** Cells along each free parameter, and the rms in σ of each cell (last parameter fastest); null in a cell without points. */
  readonly cells: readonly number[];
  readonly rmsByCell: readonly (number | null)[];
  /** One rigorous spectrum's time over that of one by the surrogate. */
  readonly speedUp: number;
  readonly rigorousMs: number;
  readonly surrogateMs: number;
}

/** A slice ends after this time: short enough that a stop takes effect soon, long enough that checkpoints cost little. */
const SLICE_MS = 10_000;

interface Row {
  id: string;
  recipe_id: string;
  version: number;
  settings: SurrogateSettings;
  state: string;
  slices: number;
  checkpoint_phase: SurrogatePhase | null;
  samples: Buffer | null;
  training: Buffer | null;
  held_back: Buffer | null;
  content: MetrologyRecipe;
  certificate: { truncation: number } | null;
  axis: SpectrumAxis;
}

/**
 * Starts the training of a surrogate for the version in force of a recipe, on the axis of its newest spectra; resumes one that was stopped or failed.
 * @throws AppError `not_found`; `conflict` when there is one already or no spectra have arrived yet.
 */
export const startSurrogate = verb(
  { name: 'surrogate.start', least: 'engineer', input: z.strictObject({ recipe: recordIdIn('recipe') }) },
  async (ctx, { recipe: recipeId }): Promise<string> =>
    transaction(async (tx) => {
      await lockRecipe(tx, recipeId);
      const recipe = await tx.one<{ name: string; version: number; content: MetrologyRecipe; axis_id: string | null }>(sql`
        SELECT r.name, r.version, v.content, (SELECT axis_id FROM spectrum s WHERE s.recipe = r.name ORDER BY measured_at DESC LIMIT 1) AS axis_id
        FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = r.version WHERE r.id = ${recipeId}`);
      if (recipe === undefined) throw new AppError('not_found', 'there is no such recipe');
      if (recipe.axis_id === null)
        throw new AppError(
          'conflict',
          'no spectra have come for this recipe yet; a surrogate is trained on the axis of real ones',
        );
      const id = recordId('surrogate', recipeId, recipe.version, recipe.axis_id);
      const made = await tx.exec(sql`INSERT INTO metrology_surrogate (id, recipe_id, version, axis_id, settings, state, author)
        VALUES (${id}, ${recipeId}, ${recipe.version}, ${recipe.axis_id}, ${JSON.stringify(defaultSurrogate(recipe.content))}::jsonb, 'training', ${ctx.by.email})
        ON CONFLICT (recipe_id, version, axis_id) DO NOTHING`);
      if (made === 0) {
        const resumed = await tx.exec(
          sql`UPDATE metrology_surrogate SET state = 'training', error = NULL, updated_at = ${timeOf(ctx)} WHERE id = ${id} AND state IN ('stopped', 'failed')`,
        );
        if (resumed === 0) throw new AppError('conflict', 'this version has a surrogate, or one in training');
      }
      await audit(tx, ctx, { action: made === 0 ? 'resume' : 'train', entity: 'surrogate', entityId: id });
      await feed(tx, [
        {
          kind: 'recipe',
          text: `${recipe.name}: training of a surrogate for version ${recipe.version} ${made === 0 ? 'goes on' : 'begins'}`,
          detail: { recipeId, surrogateId: id },
        },
      ]);
      const row = await tx.one<{ slices: number }>(sql`SELECT slices FROM metrology_surrogate WHERE id = ${id}`);
      await enqueueLater(tx, [{ queue: 'surrogate', payload: { v: 1, surrogateId: id, slice: row!.slices } }]);
      return id;
    }),
);

/** Stops a training after its current slice, or takes a finished surrogate out of use. @throws AppError `conflict` when there is nothing to stop. */
export const stopSurrogate = verb(
  { name: 'surrogate.stop', least: 'engineer', input: z.strictObject({ surrogate: recordIdIn('surrogate') }) },
  async (ctx, { surrogate: id }) =>
    transaction(async (tx) => {
      const stopped =
        await tx.exec(sql`UPDATE metrology_surrogate SET state = CASE state WHEN 'training' THEN 'stopped' ELSE 'retired' END, updated_at = ${timeOf(ctx)}
        WHERE id = ${id} AND state IN ('training', 'ready')`);
      if (stopped === 0) throw new AppError('conflict', 'this surrogate is neither in training nor in use');
      await audit(tx, ctx, { action: 'stop', entity: 'surrogate', entityId: id });
    }),
);

async function read(id: string): Promise<Row | undefined> {
  return db().one<Row>(sql`
    SELECT s.id, s.recipe_id, s.version, s.settings, s.state, s.slices, s.checkpoint_phase, s.samples, s.training, s.held_back, v.content, v.certificate, a.content AS axis
    FROM metrology_surrogate s JOIN metrology_recipe_version v ON v.recipe_id = s.recipe_id AND v.version = s.version JOIN spectrum_axis a ON a.id = s.axis_id WHERE s.id = ${id}`);
}

export type SliceOutcome =
  | { readonly kind: 'idle' }
  | { readonly kind: 'answer'; readonly answer: SurrogateAnswer }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * One slice of a training; nothing where it was stopped meanwhile. A fault of the work itself is a result, not a failure of the job: a retry would
 * meet it again.
 */
export async function trainSlice(
  p: Payload<'surrogate'>,
  compute: (slice: SurrogateSlice) => Promise<SurrogateAnswer>,
): Promise<SliceOutcome> {
  const row = await read(p.surrogateId);
  if (row === undefined || row.state !== 'training' || row.slices !== p.slice) return { kind: 'idle' };
  const bytes = (b: Buffer | null): Uint8Array | null => (b === null ? null : Uint8Array.from(b));
  const from =
    row.checkpoint_phase === null
      ? null
      : {
          phase: row.checkpoint_phase,
          samples: bytes(row.samples),
          training: bytes(row.training),
          heldBack: bytes(row.held_back),
        };
  const work = { recipe: row.content, axis: row.axis, truncation: row.certificate?.truncation ?? null, settings: row.settings };
  try {
    return { kind: 'answer', answer: await compute({ work, from, milliseconds: SLICE_MS }) };
  } catch (e) {
    if (!(e instanceof AppError) || e.retry) throw e;
    return { kind: 'failed', message: e.message };
  }
}

/** Stores a slice's checkpoint and enqueues the next slice, or stores the finished model. */
export async function storeSlice(tx: Tx, p: Payload<'surrogate'>, o: SliceOutcome): Promise<void> {
  if (o.kind === 'idle') return;
  const blob = (b: Uint8Array | null): Buffer | null => (b === null ? null : asBuffer(b));
  if (o.kind === 'failed') {
    await tx.exec(
      sql`UPDATE metrology_surrogate SET state = 'failed', error = ${o.message}, updated_at = now() WHERE id = ${p.surrogateId}`,
    );
    await tell(tx, p.surrogateId, `training of a surrogate failed: ${o.message}`);
    return;
  }
  const { answer } = o;
  if ('model' in answer) {
    await tx.exec(sql`UPDATE metrology_surrogate SET state = 'ready', model = ${blob(answer.model)}, result = ${JSON.stringify(answer.result)}::jsonb, slices = slices + 1,
      samples = NULL, training = NULL, held_back = NULL, checkpoint_phase = NULL, progress = NULL, updated_at = now() WHERE id = ${p.surrogateId} AND slices = ${p.slice}`);
    await tell(tx, p.surrogateId, `surrogate trained, ${answer.result.rmsSigma.toFixed(2)} σ rms on spectra it had not seen`);
    return;
  }
  const { checkpoint: c, progress } = answer;
  const kept = await tx.one<{
    state: string;
  }>(sql`UPDATE metrology_surrogate SET checkpoint_phase = ${c.phase}, samples = ${blob(c.samples)}, training = ${blob(c.training)},
    held_back = ${blob(c.heldBack)}, progress = ${JSON.stringify(progress)}::jsonb, slices = slices + 1, updated_at = now()
    WHERE id = ${p.surrogateId} AND slices = ${p.slice} RETURNING state`);
  if (kept?.state === 'training')
    await enqueueLater(tx, [{ queue: 'surrogate', payload: { v: 1, surrogateId: p.surrogateId, slice: p.slice + 1 } }]);
}

async function tell(tx: Tx, id: string, text: string): Promise<void> {
  const recipe = await tx.one<{ id: string; name: string }>(
    sql`SELECT r.id, r.name FROM metrology_surrogate s JOIN metrology_recipe r ON r.id = s.recipe_id WHERE s.id = ${id}`,
  );
  if (recipe)
    await feed(tx, [{ kind: 'recipe', text: `${recipe.name}: ${text}`, detail: { recipeId: recipe.id, surrogateId: id } }]);
}

export interface SurrogateInfo {
  readonly id: string;
  readonly version: number;
  readonly state: 'training' | 'stopped' | 'ready' | 'failed' | 'retired';
  readonly settings: SurrogateSettings;
  readonly progress: SurrogateProgress | null;
  readonly result: SurrogateResult | null;
  readonly error: string | null;
  readonly author: string;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** Surrogates of a recipe, newest version first. */
export async function surrogatesOf(recipeId: string): Promise<SurrogateInfo[]> {
  const rows = await db().rows<Omit<SurrogateInfo, 'createdMs' | 'updatedMs'> & { created_at: Date; updated_at: Date }>(sql`
    SELECT id, version, state, settings, progress, result, error, author, created_at, updated_at FROM metrology_surrogate WHERE recipe_id = ${recipeId} ORDER BY version DESC, created_at DESC LIMIT 20`);
  return rows.map(({ created_at, updated_at, ...r }) => ({
    ...r,
    createdMs: created_at.getTime(),
    updatedMs: updated_at.getTime(),
  }));
}
