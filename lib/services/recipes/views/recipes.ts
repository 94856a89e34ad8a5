import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { MetrologyRecipe, SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { MATERIALS } from '@/lib/optics';
import type { ConvergenceCertificate } from '@/lib/recipes';
import { idFromAddress } from '../../address/id-from-address';

const DAY_MS = 86_400_000;

export interface RecipeRow {
  id: string;
  name: string;
  operation: string;
  product: string | null;
  active: boolean;
  version: number;
  kind: MetrologyRecipe['sample']['kind'];
  /** Names of the free parameters, and the fab parameters they are reported as. */
  free: string[];
  reported: string[];
  truncation: number | null;
  changedMs: number;
  author: string;
  /** Of the last seven days. */
  wafers: number;
  sites: number;
  accepted: number;
  /** Drafts that wait for a second engineer. */
  proposed: number;
}

/** All metrology recipes with their results in the week before `now`. */
export async function listRecipes(now: number): Promise<RecipeRow[]> {
  const rows = await db().rows<{
    id: string;
    name: string;
    operation: string;
    product: string | null;
    active: boolean;
    version: number;
    content: MetrologyRecipe;
    truncation: number | null;
    changed_at: Date;
    author: string;
    wafers: number;
    sites: number;
    accepted: number;
    proposed: number;
  }>(sql`
    SELECT r.id, r.name, r.operation, r.product, r.active, r.version, v.content, (v.certificate->>'truncation')::int AS truncation, v.created_at AS changed_at, v.author,
      coalesce(f.wafers, 0)::int AS wafers, coalesce(f.sites, 0)::int AS sites, coalesce(f.accepted, 0)::int AS accepted,
      (SELECT count(*)::int FROM metrology_recipe_draft d WHERE d.recipe_id = r.id AND d.state = 'proposed') AS proposed
    FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = r.version
    LEFT JOIN (SELECT recipe_id, count(*) AS wafers, sum(cardinality(status)) AS sites, sum(accepted) AS accepted FROM spectrum_fit
      WHERE measured_at >= ${new Date(now - 7 * DAY_MS)} GROUP BY recipe_id) f ON f.recipe_id = r.id
    ORDER BY r.active DESC, r.name`);
  return rows.map(({ content, changed_at, ...r }) => ({
    ...r,
    kind: content.sample.kind,
    free: content.parameters.filter((p) => p.role.kind === 'free').map((p) => p.name),
    reported: content.parameters.flatMap((p) => (p.reportAs === null ? [] : [p.reportAs])),
    truncation: content.sample.kind === 'line-grating' ? (content.sample.truncation ?? r.truncation) : null,
    changedMs: changed_at.getTime(),
  }));
}

export interface RecipeVersion {
  version: number;
  author: string;
  reason: string;
  /** The second engineer, and why; null where the author alone put it in use. */
  approval: { by: string; reason: string } | null;
  atMs: number;
  content: MetrologyRecipe;
}

export interface RecipeView {
  id: string;
  name: string;
  operation: string;
  product: string | null;
  active: boolean;
  version: number;
  content: MetrologyRecipe;
  certificate: ConvergenceCertificate | null;
  versions: RecipeVersion[];
  /** The last spectra fitted by it, newest first: what the editor may compare its draft with. */
  recent: {
    spectrumId: string;
    lot: string;
    slot: number;
    station: string;
    measuredMs: number;
    accepted: number | null;
    sites: number;
    version: number | null;
    /** Channels as sent, and the index of their axis in `axes`. */
    channels: string[];
    axis: number;
  }[];
  /** Axes of the recent spectra, that of the newest first. */
  axes: SpectrumAxis[];
  lists: {
    operations: string[];
    products: string[];
    parameters: { name: string; unit: string; description: string }[];
    materials: { name: string; description: string; fromNm: number; toNm: number }[];
  };
}

/** What a new recipe may name. */
export async function recipeLists(): Promise<RecipeView['lists']> {
  const [operations, products, parameters] = await Promise.all([
    db().rows<{ name: string }>(sql`SELECT name FROM operation ORDER BY position`),
    db().rows<{ name: string }>(sql`SELECT name FROM product ORDER BY name`),
    db().rows<RecipeView['lists']['parameters'][number]>(sql`SELECT name, unit, description FROM parameter ORDER BY name`),
  ]);
  const materials = MATERIALS.map(({ name, description, fromNm, toNm }) => ({ name, description, fromNm, toNm }));
  return { operations: operations.map((o) => o.name), products: products.map((p) => p.name), parameters, materials };
}

/** One recipe with its history. @throws AppError `not_found`. */
export async function recipeView(id: string): Promise<RecipeView> {
  const head = await db().one<Pick<RecipeView, 'id' | 'name' | 'operation' | 'product' | 'active' | 'version'>>(
    sql`SELECT id, name, operation, product, active, version FROM metrology_recipe WHERE id = ${idFromAddress('recipe', id)}`,
  );
  if (head === undefined) throw new AppError('not_found', `there is no metrology recipe ${id}`);
  const [versions, recent, lists] = await Promise.all([
    db().rows<{
      version: number;
      author: string;
      reason: string;
      created_at: Date;
      content: MetrologyRecipe;
      certificate: ConvergenceCertificate | null;
      approver: string | null;
      approval: string | null;
    }>(sql`
      SELECT v.version, v.author, v.reason, v.created_at, v.content, v.certificate, d.decided_by AS approver, d.decision_reason AS approval
      FROM metrology_recipe_version v LEFT JOIN metrology_recipe_draft d
        ON d.recipe_id = v.recipe_id AND d.made_version = v.version AND d.state = 'in_use' AND d.decided_by <> v.author
      WHERE v.recipe_id = ${head.id} ORDER BY v.version DESC LIMIT 100`),
    db().rows<
      Omit<RecipeView['recent'][number], 'measuredMs' | 'axis'> & { measured_at: Date; axis: SpectrumAxis; axis_id: string }
    >(sql`
      SELECT s.id AS "spectrumId", s.lot, s.slot, s.station, s.measured_at, s.sites, s.channels, f.accepted, f.version, s.axis_id, a.content AS axis
      FROM spectrum s JOIN spectrum_axis a ON a.id = s.axis_id LEFT JOIN spectrum_fit f ON f.spectrum_id = s.id AND f.measured_at = s.measured_at
      WHERE s.recipe = ${head.name} ORDER BY s.measured_at DESC, s.slot DESC LIMIT 20`),
    recipeLists(),
  ]);
  const axisIds = [...new Set(recent.map((r) => r.axis_id))];
  const inForce = versions.find((v) => v.version === head.version)!;
  return {
    ...head,
    content: inForce.content,
    certificate: inForce.certificate,
    versions: versions.map((v) => ({
      version: v.version,
      author: v.author,
      reason: v.reason,
      approval: v.approver === null ? null : { by: v.approver, reason: v.approval ?? '' },
      atMs: v.created_at.getTime(),
      content: v.content,
    })),
    recent: recent.map(({ measured_at, axis: _axis, axis_id, ...r }) => ({
      ...r,
      axis: axisIds.indexOf(axis_id),
      measuredMs: measured_at.getTime(),
    })),
    axes: axisIds.map((axis) => recent.find((r) => r.axis_id === axis)!.axis),
    lists,
  };
}
