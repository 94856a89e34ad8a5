import { db, sql, where } from '@/lib/db';

const DAY_MS = 86_400_000;

export interface SpectraFilter {
  readonly fromMs: number;
  readonly toMs: number;
  readonly recipe: string | null;
  readonly station: string | null;
  readonly product: string | null;
  readonly lot: string | null;
  readonly limit: number;
}

export interface SpectrumListRow {
  id: string;
  lot: string;
  slot: number;
  product: string;
  operation: string;
  station: string;
  recipe: string;
  recipeId: string;
  version: number | null;
  measuredMs: number;
  sites: number;
  /** Null before the fit. */
  accepted: number | null;
  /** Median χ²/ν of the sites; null before the fit or where every site failed. */
  reducedChi2: number | null;
  /** Reported parameters of the accepted sites: mean and standard deviation over the wafer. */
  values: { parameter: string; unit: string; mean: number; sd: number | null; measurementId: string }[];
  /** A rule fired on the chart of one of its values. */
  isOut: boolean;
}

/** Median χ²/ν over the sites of `spectrum_fit f`; sites that failed have none. */
export const MEDIAN_CHI2 = sql`(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY c) FROM unnest(f.reduced_chi2) c WHERE c <> 'NaN')`;

/** Wafers with spectra, newest first, with the results of their fits. */
export async function listSpectra(f: SpectraFilter): Promise<{ rows: SpectrumListRow[]; total: number; refused: number }> {
  const rows = await db().rows<
    Omit<SpectrumListRow, 'measuredMs' | 'values'> & {
      measured_at: Date;
      total: number;
      values: SpectrumListRow['values'] | null;
    }
  >(sql`
    SELECT q.*, r.id AS "recipeId", f.version, f.accepted, ${MEDIAN_CHI2} AS "reducedChi2",
      (SELECT jsonb_agg(jsonb_build_object('parameter', m.parameter, 'unit', m.unit, 'mean', m.mean, 'sd', m.sd, 'measurementId', m.id) ORDER BY array_position(f.measurements, m.id))
        FROM measurement m WHERE m.id = ANY(f.measurements) AND m.measured_at = q.measured_at) AS values,
      EXISTS (SELECT 1 FROM chart_point p WHERE p.record_id = ANY(f.measurements) AND cardinality(p.rules) > 0) AS "isOut"
    FROM (SELECT s.id, s.lot, s.slot, s.product, s.operation, s.station, s.recipe, s.measured_at, s.sites, count(*) OVER ()::int AS total FROM spectrum s
      ${where([
        f.lot === null && sql`s.measured_at >= ${new Date(f.fromMs)} AND s.measured_at <= ${new Date(f.toMs)}`,
        f.lot !== null && sql`s.lot = ${f.lot}`,
        f.recipe !== null && sql`s.recipe = ${f.recipe}`,
        f.station !== null && sql`s.station = ${f.station}`,
        f.product !== null && sql`s.product = ${f.product}`,
      ])} ORDER BY s.measured_at DESC, s.slot DESC LIMIT ${f.limit}) q
    JOIN metrology_recipe r ON r.name = q.recipe LEFT JOIN spectrum_fit f ON f.spectrum_id = q.id AND f.measured_at = q.measured_at ORDER BY q.measured_at DESC, q.slot DESC`);
  return {
    rows: rows.map(({ measured_at, total: _total, values, ...r }) => ({
      ...r,
      measuredMs: measured_at.getTime(),
      values: values ?? [],
    })),
    total: rows[0]?.total ?? 0,
    refused: rows.filter((r) => r.accepted !== null && r.accepted < r.sites).length,
  };
}

/** Choices of the filter bar. */
export interface SpectraLists {
  recipes: { id: string; name: string }[];
  /** Those that sent spectra in the last 30 days. */
  stations: string[];
  products: string[];
}

/** Choices by which the list can be filtered. */
export async function spectraLists(now: number): Promise<SpectraLists> {
  const [recipes, stations, products] = await Promise.all([
    db().rows<SpectraLists['recipes'][number]>(sql`SELECT id, name FROM metrology_recipe ORDER BY name`),
    db().rows<{ station: string }>(
      sql`SELECT DISTINCT station FROM spectrum WHERE measured_at >= ${new Date(now - 30 * DAY_MS)} ORDER BY station LIMIT 200`,
    ),
    db().rows<{ name: string }>(sql`SELECT name FROM product ORDER BY name`),
  ]);
  return { recipes, stations: stations.map((s) => s.station), products: products.map((p) => p.name) };
}
