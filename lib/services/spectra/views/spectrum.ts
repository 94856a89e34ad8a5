import { WAFER_MEAN } from '@/lib/characteristic';
import { db, type RowOf, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { axisLength, type MetrologyRecipe, type SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { moments } from '@/lib/numerics';
import type { ConvergenceCertificate, SiteStatus } from '@/lib/recipes';
import { idFromAddress } from '../../address/id-from-address';
import type { SiteMap } from '../../wafers/views/site-maps';
import { type SiteSpectra, spectraOfSite } from './curves';

export interface SpectrumSite {
  x: number;
  y: number;
  /** Null before the fit. */
  status: SiteStatus | null;
  /** All parameters in the recipe's order; empty before the fit. */
  values: Float64Array;
  u: Float64Array;
  covariance: Float64Array;
  reducedChi2: number;
  iterations: number;
  warnings: string[];
}

export interface SpectrumView {
  head: {
    id: string;
    key: string;
    lot: string;
    slot: number;
    product: string;
    layer: string;
    operation: string;
    station: string;
    plan: string;
    measuredMs: number;
    receivedMs: number;
    fittedMs: number | null;
    codeVersion: string | null;
    tool: string | null;
    chamber: string | null;
    runId: string | null;
  };
  recipe: {
    id: string;
    name: string;
    /** The version that fitted these spectra, or that will fit them. */
    version: number;
    latest: number;
    content: MetrologyRecipe;
    certificate: ConvergenceCertificate | null;
  };
  axis: SpectrumAxis;
  channels: string[];
  sites: SpectrumSite[];
  site: SiteSpectra;
  /** Maps of every parameter that is not fixed and of χ²/ν; refused sites are missing from the parameters' maps. */
  maps: { parameter: string; label: string; unit: string; measurementId: string | null; map: SiteMap }[];
  /** Charts of the wafer means of the reported parameters that have a point of this wafer. */
  charts: { parameter: string; chartId: string; measurementId: string; isOut: boolean }[];
  /** Other wafers of the lot with spectra for this recipe, in slot order, including this one. */
  lot: { id: string; slot: number; accepted: number | null; sites: number }[];
  alerts: { id: string; title: string; state: string; severity: string }[];
}

interface Row {
  id: string;
  key: string;
  lot: string;
  slot: number;
  product: string;
  layer: string;
  operation: string;
  station: string;
  plan: string;
  recipe: string;
  measured_at: Date;
  received_at: Date;
  channels: string[];
  sites: number;
  axis: SpectrumAxis;
  x: Float64Array;
  y: Float64Array;
  diameter_mm: number;
  edge_exclusion_mm: number;
  die_width_mm: number;
  die_height_mm: number;
  recipe_id: string;
  latest: number;
}

type FitRow = RowOf<
  'spectrum_fit',
  | 'version'
  | 'parameters'
  | 'values'
  | 'u'
  | 'covariance'
  | 'reduced_chi2'
  | 'status'
  | 'warnings'
  | 'iterations'
  | 'measurements'
  | 'code_version'
  | 'fitted_at',
  { status: SiteStatus[]; warnings: string[][] }
>;

/**
 * One wafer's spectra with their fits.
 * @param site - whose curves to include; null, or one outside the wafer, means the worst fit.
 * @throws AppError `not_found`.
 */
export async function spectrumView(id: string, site: number | null): Promise<SpectrumView> {
  const r = await db().one<Row>(sql`
    SELECT s.id, s.key, s.lot, s.slot, s.product, s.layer, s.operation, s.station, s.plan, s.recipe, s.measured_at, s.received_at, s.channels, s.sites,
      a.content AS axis, l.x, l.y, p.diameter_mm, p.edge_exclusion_mm, p.die_width_mm, p.die_height_mm, m.id AS recipe_id, m.version AS latest
    FROM spectrum s JOIN spectrum_axis a ON a.id = s.axis_id JOIN site_layout l ON l.id = s.layout_id JOIN product p ON p.name = s.product JOIN metrology_recipe m ON m.name = s.recipe
    WHERE s.id = ${idFromAddress('spectrum', id)}`);
  if (r === undefined) throw new AppError('not_found', `there is no spectrum ${id}`);
  const fit = await db().one<FitRow>(sql`
    SELECT version, parameters, values, u, covariance, reduced_chi2, status, warnings, iterations, measurements, code_version, fitted_at
    FROM spectrum_fit WHERE spectrum_id = ${r.id} AND measured_at = ${r.measured_at}`);
  const version = fit?.version ?? r.latest;
  const measurements = fit?.measurements ?? [];
  const [content, run, lot, alerts, measured, charts] = await Promise.all([
    db().one<{ content: MetrologyRecipe; certificate: ConvergenceCertificate | null }>(
      sql`SELECT content, certificate FROM metrology_recipe_version WHERE recipe_id = ${r.recipe_id} AND version = ${version}`,
    ),
    db().one<{ id: string; tool: string; chamber: string }>(sql`
      SELECT id, tool, chamber FROM run WHERE lot = ${r.lot} AND operation = ${r.operation} AND slot = ${r.slot} AND started_at <= ${r.measured_at} ORDER BY started_at DESC LIMIT 1`),
    db().rows<SpectrumView['lot'][number]>(sql`
      SELECT s.id, s.slot, f.accepted, s.sites FROM spectrum s LEFT JOIN spectrum_fit f ON f.spectrum_id = s.id AND f.measured_at = s.measured_at
      WHERE s.lot = ${r.lot} AND s.operation = ${r.operation} AND s.recipe = ${r.recipe} ORDER BY s.slot, s.measured_at LIMIT 60`),
    db().rows<SpectrumView['alerts'][number]>(sql`
      SELECT id, title, state::text, severity FROM alert WHERE record_id = ${r.id}
      UNION SELECT a.id, a.title, a.state::text, a.severity FROM alert_signal v JOIN alert a ON a.id = v.alert_id WHERE v.record_id = ANY(${measurements}::uuid[]) LIMIT 20`),
    db().rows<{ id: string; parameter: string }>(
      sql`SELECT id, parameter FROM measurement WHERE id = ANY(${measurements}::uuid[]) AND measured_at = ${r.measured_at}`,
    ),
    db().rows<SpectrumView['charts'][number]>(sql`
      SELECT c.parameter, c.id AS "chartId", p.record_id AS "measurementId", cardinality(p.rules) > 0 AS "isOut" FROM chart_point p JOIN chart c ON c.id = p.chart_id
      WHERE p.record_id = ANY(${measurements}::uuid[]) AND c.characteristic = ${WAFER_MEAN} AND c.kind = 'individuals' LIMIT 60`),
  ]);
  if (content === undefined) throw new AppError('not_found', `recipe ${r.recipe} has no version ${version} any more`);
  const sites = sitesOf(r, fit);
  const index = site !== null && Number.isInteger(site) && site >= 0 && site < r.sites ? site : worstSite(sites);
  return {
    head: {
      id: r.id,
      key: r.key,
      lot: r.lot,
      slot: r.slot,
      product: r.product,
      layer: r.layer,
      operation: r.operation,
      station: r.station,
      plan: r.plan,
      measuredMs: r.measured_at.getTime(),
      receivedMs: r.received_at.getTime(),
      fittedMs: fit?.fitted_at.getTime() ?? null,
      codeVersion: fit?.code_version ?? null,
      tool: run?.tool ?? null,
      chamber: run?.chamber ?? null,
      runId: run?.id ?? null,
    },
    recipe: { id: r.recipe_id, name: r.recipe, version, latest: r.latest, ...content },
    axis: r.axis,
    channels: r.channels,
    sites,
    site: await spectraOfSite({ ...r, points: axisLength(r.axis) }, content.content, index),
    maps: fit === undefined ? [] : mapsOf(r, content.content, sites, measured),
    charts,
    lot,
    alerts,
  };
}

/** The site to look at first: one without any fit, else the one with the largest χ²/ν; 0 before the fit. */
export function worstSite(sites: readonly Pick<SpectrumSite, 'status' | 'reducedChi2'>[]): number {
  const failed = sites.findIndex((s) => s.status === 'failed');
  if (failed >= 0) return failed;
  let worst = 0;
  for (const [i, s] of sites.entries()) if (s.reducedChi2 > (sites[worst]?.reducedChi2 ?? 0)) worst = i;
  return worst;
}

function sitesOf(r: Row, fit: FitRow | undefined): SpectrumSite[] {
  const p = fit?.parameters.length ?? 0;
  return Array.from({ length: r.sites }, (_, i) => ({
    x: r.x[i]!,
    y: r.y[i]!,
    status: fit?.status[i] ?? null,
    values: fit?.values.slice(i * p, (i + 1) * p) ?? new Float64Array(0),
    u: fit?.u.slice(i * p, (i + 1) * p) ?? new Float64Array(0),
    covariance: fit?.covariance.slice(i * p * p, (i + 1) * p * p) ?? new Float64Array(0),
    reducedChi2: fit?.reduced_chi2[i] ?? Number.NaN,
    iterations: fit?.iterations[i] ?? 0,
    warnings: fit?.warnings[i] ?? [],
  }));
}

function mapsOf(
  r: Row,
  recipe: MetrologyRecipe,
  sites: readonly SpectrumSite[],
  measured: readonly { id: string; parameter: string }[],
): SpectrumView['maps'] {
  const accepted = (pick: (s: SpectrumSite) => number): Float64Array =>
    Float64Array.from(sites, (s) => (s.status === 'accepted' ? pick(s) : Number.NaN));
  const parameters = recipe.parameters.flatMap((p, i) => {
    if (p.role.kind === 'fixed' || p.role.kind === 'fed') return [];
    const id = measured.find((m) => m.parameter === p.reportAs)?.id ?? null;
    const values = accepted((s) => s.values[i]!);
    const u = accepted((s) => s.u[i]!);
    const map = siteMap(r, { id: id ?? `${r.id}-${p.name}`, parameter: p.label, unit: p.unit }, values, u);
    return [{ parameter: p.name, label: p.label, unit: p.unit, measurementId: id, map }];
  });
  const chi2 = Float64Array.from(sites, (s) => s.reducedChi2);
  return [
    ...parameters,
    {
      parameter: 'reducedChi2',
      label: 'Fit quality, χ²/ν',
      unit: '1',
      measurementId: null,
      map: siteMap(r, { id: `${r.id}-chi2`, parameter: 'χ²/ν', unit: '1' }, chi2, null),
    },
  ];
}

function siteMap(r: Row, what: Pick<SiteMap, 'id' | 'parameter' | 'unit'>, value: Float64Array, u: Float64Array | null): SiteMap {
  const { n, mean, variance } = moments(value);
  const sd = n > 1 ? Math.sqrt(variance) : null;
  return {
    ...what,
    lot: r.lot,
    slot: r.slot,
    product: r.product,
    measuredMs: r.measured_at.getTime(),
    processedMs: null,
    tool: null,
    chamber: null,
    runId: null,
    spectrumId: r.id,
    mean,
    sd,
    x: r.x,
    y: r.y,
    value,
    u,
    uOf: { mean: null, sd: null, range: null },
    radiusMm: r.diameter_mm / 2,
    edgeExclusionMm: r.edge_exclusion_mm,
    die: { widthMm: r.die_width_mm, heightMm: r.die_height_mm },
  };
}
