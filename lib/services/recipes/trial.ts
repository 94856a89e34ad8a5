import { db, sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import type { Payload, Ref } from '@/lib/queue/jobs';
import { enqueueLater } from '@/lib/queue/outbox';
import type { SiteFit } from '@/lib/recipes';
import { jobOf, type SpectrumJob, type StoredSpectra } from '../spectra/fit-spectra';
import type { TrialFits, TrialWafer } from './trial-difference';

export type TrialJob = SpectrumJob;

interface TrialRow {
  draft_id: string;
  content: MetrologyRecipe;
  certificate: { truncation: number } | null;
  refs: Ref[];
  state: string;
  done: number;
  recipe_id: string | null;
  base_version: number;
  base: MetrologyRecipe | null;
  base_certificate: { truncation: number } | null;
}

interface TrialSpectra extends StoredSpectra {
  lot: string;
  slot: number;
  station: string;
  x: Float64Array;
  y: Float64Array;
}

export type TrialStep =
  | { readonly kind: 'idle' }
  /** Null: the spectra are no longer stored. */
  | { readonly kind: 'fitted'; readonly wafer: TrialWafer | null; readonly of: number }
  | { readonly kind: 'failed'; readonly message: string };

const finite = (v: Float64Array): (number | null)[] => Array.from(v, (x) => (Number.isFinite(x) ? x : null));

const kept = (fits: readonly SiteFit[]): TrialFits => ({
  status: fits.map((f) => f.status),
  chi2: fits.map((f) => (Number.isFinite(f.reducedChi2) ? f.reducedChi2 : null)),
  values: fits.flatMap((f) => finite(f.values)),
  u: fits.flatMap((f) => finite(f.u)),
});

/** Fits the next wafer of a trial by both recipes, rigorously; writes nothing. A fault of the recipe is a result: a retry would meet it again. */
export async function trialStep(p: Payload<'trial'>, compute: (job: TrialJob) => Promise<SiteFit[]>): Promise<TrialStep> {
  const t = await db().one<TrialRow>(sql`
    SELECT t.draft_id, t.content, t.certificate, t.refs, t.state, t.done, d.recipe_id, t.base_version, v.content AS base, v.certificate AS base_certificate
    FROM metrology_recipe_trial t JOIN metrology_recipe_draft d ON d.id = t.draft_id
      LEFT JOIN metrology_recipe_version v ON v.recipe_id = d.recipe_id AND v.version = t.base_version WHERE t.id = ${p.trialId}`);
  if (t === undefined || t.state !== 'running' || t.done !== p.step) return { kind: 'idle' };
  const ref = t.refs[p.step]!;
  const s = await db().one<TrialSpectra>(sql`
    SELECT s.lot, s.slot, s.station, s.axis_id, a.content AS axis, s.channels, s.sites, s.values, s.sigma, l.x, l.y
    FROM spectrum s JOIN spectrum_axis a ON a.id = s.axis_id JOIN site_layout l ON l.id = s.layout_id WHERE s.id = ${ref.id} AND s.measured_at = ${new Date(ref.at)}`);
  if (s === undefined) return { kind: 'fitted', wafer: null, of: t.refs.length };
  const job = (recipeId: string, version: number, recipe: MetrologyRecipe, truncation: number | undefined): TrialJob =>
    jobOf(s, { recipeId, version, recipe, truncation: truncation ?? null, surrogate: null });
  try {
    const draft = await compute(job(p.trialId, 0, t.content, t.certificate?.truncation));
    const canBase = t.base?.channels.every((c) => s.channels.includes(c.name)) ?? false;
    const base =
      t.base !== null && canBase
        ? await compute(job(t.recipe_id!, t.base_version, t.base, t.base_certificate?.truncation))
        : null;
    const wafer: TrialWafer = {
      spectrumId: ref.id,
      atMs: ref.at,
      lot: s.lot,
      slot: s.slot,
      station: s.station,
      x: Array.from(s.x),
      y: Array.from(s.y),
      draft: kept(draft),
      base: base === null ? null : kept(base),
    };
    return { kind: 'fitted', wafer, of: t.refs.length };
  } catch (e) {
    if (!(e instanceof AppError) || e.retry) throw e;
    return { kind: 'failed', message: e.message };
  }
}

/** Stores a wafer of a trial and enqueues the next, or ends the trial. */
export async function storeTrialStep(tx: Tx, p: Payload<'trial'>, o: TrialStep): Promise<void> {
  if (o.kind === 'idle') return;
  if (o.kind === 'failed') {
    await tx.exec(
      sql`UPDATE metrology_recipe_trial SET state = 'failed', error = ${o.message}, updated_at = now() WHERE id = ${p.trialId} AND state = 'running'`,
    );
    return;
  }
  const isLast = p.step + 1 >= o.of;
  const went =
    await tx.exec(sql`UPDATE metrology_recipe_trial SET results = results || ${JSON.stringify(o.wafer === null ? [] : [o.wafer])}::jsonb, done = done + 1,
    state = ${isLast ? 'ready' : 'running'}, updated_at = now() WHERE id = ${p.trialId} AND done = ${p.step} AND state = 'running'`);
  if (went > 0 && !isLast) await enqueueLater(tx, [{ queue: 'trial', payload: { v: 1, trialId: p.trialId, step: p.step + 1 } }]);
}
