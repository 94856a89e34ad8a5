import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { parsedId } from '@/lib/formats/parsed';
import { comparedParameters, type SiteShifts, siteShifts, type TrialWafer } from '../trial-difference';

/** A wafer of a trial site by site. */
export interface TrialWaferView {
  spectrumId: string;
  lot: string;
  slot: number;
  station: string;
  measuredMs: number;
  /** Sites, mm, wafer frame. */
  x: Float64Array;
  y: Float64Array;
  radiusMm: number;
  edgeExclusionMm: number;
  /** Verdict on each site; null where the version in force could not be tried on this wafer. */
  draft: readonly string[];
  base: readonly string[] | null;
  /** In the order of the trial's parameters. */
  shifts: readonly SiteShifts[];
}

export interface TrialSites {
  /** Free in the draft and known to the version in force, in the same unit. */
  parameters: readonly { name: string; label: string; unit: string }[];
  wafers: readonly TrialWaferView[];
}

interface Row {
  content: MetrologyRecipe;
  base: MetrologyRecipe | null;
  results: TrialWafer[];
  diameter_mm: number | null;
  edge_exclusion_mm: number | null;
}

/** Default geometry: 300 mm with 3 mm edge exclusion. */
const USUAL = { diameterMm: 300, edgeExclusionMm: 3 };

/**
 * The difference that a draft makes, site by site on the wafers tried so far.
 * @throws AppError `not_found`.
 */
export async function trialSites(id: string): Promise<TrialSites> {
  const t = await db().one<Row>(sql`
    SELECT t.content, v.content AS base, t.results, p.diameter_mm, p.edge_exclusion_mm
    FROM metrology_recipe_trial t JOIN metrology_recipe_draft d ON d.id = t.draft_id
      LEFT JOIN metrology_recipe_version v ON v.recipe_id = d.recipe_id AND v.version = t.base_version
      LEFT JOIN spectrum s ON s.id = (t.refs->0->>'id')::uuid AND s.measured_at = to_timestamp((t.refs->0->>'at')::float8 / 1000)
      LEFT JOIN product p ON p.name = s.product
    WHERE t.id = ${parsedId('trial', id)}`);
  if (t === undefined) throw new AppError('not_found', 'there is no such trial');
  const parameters = comparedParameters(t.content, t.base);
  return {
    parameters: parameters.map(({ name, label, unit }) => ({ name, label, unit })),
    wafers: t.results.map((w) => ({
      spectrumId: w.spectrumId,
      lot: w.lot,
      slot: w.slot,
      station: w.station,
      measuredMs: w.atMs,
      x: Float64Array.from(w.x),
      y: Float64Array.from(w.y),
      radiusMm: (t.diameter_mm ?? USUAL.diameterMm) / 2,
      edgeExclusionMm: t.edge_exclusion_mm ?? USUAL.edgeExclusionMm,
      draft: w.draft.status,
      base: w.base?.status ?? null,
      shifts: t.base === null ? [] : parameters.map((p) => siteShifts(p.name, t.content, t.base!, w)),
    })),
  };
}
