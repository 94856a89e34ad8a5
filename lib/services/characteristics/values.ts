import { characteristicName, WAFER_MEAN } from '@/lib/characteristic';
import { sql, type Tx } from '@/lib/db';
import type { Payload, Ref } from '@/lib/queue/jobs';
import { osaToNm } from '@/lib/spatial';
import { uOfMean } from '@/lib/uncertainty';
import { ofCounts, ofEvents } from './counts';
import { overlayCharacteristics } from './overlay-values';
import { runCharacteristics } from './run-values';
import { SITE_NAMES, siteValues } from './sites';
import { type CharacteristicValue, type Common, common, from, ids, known, to, type Wanted } from './value';

export type { CharacteristicValue, Wanted } from './value';

const WAFER_SD = characteristicName({ source: 'measurement', of: 'sd', lot: false });
const LOT_MEAN = characteristicName({ source: 'measurement', of: 'mean', lot: true });
const FIT_CHI2 = characteristicName({ source: 'fit', of: 'chi2', lot: false });

/**
 * The values that these records bring of the wanted characteristics. Values without a process time (their run is not known yet) are left out.
 * @param wanted - what is not in it is not computed.
 */
export function characteristicValues(
  tx: Tx,
  source: Payload<'spc'>['source'],
  refs: readonly Ref[],
  wanted: Wanted,
): Promise<CharacteristicValue[]> {
  if (source === 'measurement') return ofMeasurements(tx, refs, wanted);
  if (source === 'count') return ofCounts(tx, refs, wanted);
  if (source === 'event') return ofEvents(tx, refs, wanted);
  return source === 'overlay' ? overlayCharacteristics(tx, refs, wanted) : runCharacteristics(tx, refs, wanted);
}

interface MeasuredRow extends Common {
  parameter: string;
  mean: number;
  sd: number | null;
  u_mean: number | null;
  u_sd: number | null;
  coefficients: Float64Array | null;
  u: Float64Array | null;
  dof: number | null;
  fit_radius_mm: number | null;
  /** The sites, null unless something that needs them is wanted. */
  value: Float64Array | null;
  site_u: Float64Array | null;
  u_common: Float64Array | null;
  x: Float64Array | null;
  y: Float64Array | null;
  diameter_mm: number | null;
  /** Of the spectra behind it, null unless wanted or where it has none. */
  reduced_chi2: Float64Array | null;
  status: string[] | null;
}

async function ofMeasurements(tx: Tx, refs: readonly Ref[], wanted: Wanted): Promise<CharacteristicValue[]> {
  const sites = [...wanted].some((w) => SITE_NAMES.has(w));
  const rows = await tx.rows<MeasuredRow>(sql`
    SELECT m.operation, m.product, m.tool, m.chamber, r.recipe, m.id AS record_id, m.processed_at AS at, m.lot, m.slot, m.run_id, m.measured_at, m.parameter, m.mean, m.sd, m.u_mean, m.u_sd,
      s.coefficients, s.u, s.dof, s.radius_mm AS fit_radius_mm, CASE WHEN ${sites} THEN m.value END AS value, CASE WHEN ${sites} THEN m.u END AS site_u, CASE WHEN ${sites} THEN m.u_common END AS u_common,
      l.x, l.y, p.diameter_mm, q.reduced_chi2, q.status
    FROM measurement m LEFT JOIN spatial_result s ON s.measurement_id = m.id AND s.measured_at = m.measured_at
    LEFT JOIN run r ON r.id = m.run_id AND r.started_at = m.processed_at
    LEFT JOIN site_layout l ON ${sites} AND l.id = m.layout_id LEFT JOIN product p ON ${sites} AND p.name = m.product
    LEFT JOIN LATERAL (SELECT f.reduced_chi2, f.status FROM spectrum g JOIN spectrum_fit f ON f.spectrum_id = g.id AND f.measured_at = g.measured_at
      WHERE ${wanted.has(FIT_CHI2)} AND g.lot = m.lot AND g.operation = m.operation AND g.slot = m.slot AND g.measured_at = m.measured_at AND m.id = ANY(f.measurements) LIMIT 1) q ON true
    WHERE m.id = ANY(${ids(refs)}::uuid[]) AND m.measured_at BETWEEN ${from(refs)} AND ${to(refs)} AND m.processed_at IS NOT NULL AND m.superseded_by IS NULL`);
  const perWafer = rows.flatMap((r) => ofWafer(r, wanted));
  return wanted.has(LOT_MEAN) ? [...perWafer, ...(await ofLots(tx, refs))] : perWafer;
}

function ofWafer(r: MeasuredRow, wanted: Wanted): CharacteristicValue[] {
  const out: CharacteristicValue[] = [];
  const add = (characteristic: string, value: number | null, uValue: number | null): void => {
    if (value === null || Number.isNaN(value) || !wanted.has(characteristic)) return;
    out.push({ ...common(r), spread: null, n: 1, parameter: r.parameter, characteristic, value, uValue });
  };
  add(WAFER_MEAN, r.mean, r.u_mean);
  add(WAFER_SD, r.sd, r.u_sd);
  for (const [j, c] of (r.coefficients ?? []).entries())
    add(characteristicName({ source: 'zernike', ...osaToNm(j), lot: false }), c, known(r.u?.[j]));
  add(FIT_CHI2, chi2Of(r), null);
  const { x, y, value, site_u, u_common, diameter_mm } = r;
  if (x === null || y === null || value === null || site_u === null || u_common === null || diameter_mm === null) return out;
  const { coefficients, dof, fit_radius_mm: radiusMm } = r;
  const fit =
    coefficients === null || coefficients.length === 0 || dof === null || radiusMm === null
      ? null
      : { coefficients, dof, radiusMm };
  const wafer = { x, y, value, u: site_u, uCommon: u_common, radiusMm: diameter_mm / 2, fit };
  for (const v of siteValues(wafer, wanted)) add(v.characteristic, v.value, v.u);
  return out;
}

/** Mean of the accepted sites; null without a fit or an accepted site. */
function chi2Of({ reduced_chi2: chi2, status }: MeasuredRow): number | null {
  if (chi2 === null || status === null) return null;
  const accepted = [...chi2].filter((v, i) => status[i] === 'accepted' && Number.isFinite(v));
  return accepted.length === 0 ? null : accepted.reduce((s, v) => s + v, 0) / accepted.length;
}

/** The lot as a subgroup of its measured wafers: one point per lot, computed again whenever one of its wafers arrives. */
async function ofLots(tx: Tx, refs: readonly Ref[]): Promise<CharacteristicValue[]> {
  const rows = await tx.rows<
    Common & {
      parameter: string;
      value: number;
      spread: number | null;
      means: Float64Array;
      u: Float64Array;
      site_sd: Float64Array;
      sites: number;
    }
  >(sql`
    SELECT m.operation, m.product, min(m.tool) AS tool, NULL AS chamber, CASE WHEN min(r.recipe) = max(r.recipe) THEN min(r.recipe) END AS recipe,
      md5(m.lot || '|' || m.operation || '|' || m.parameter)::uuid AS record_id, min(m.processed_at) AS at,
      m.lot, 0::int2 AS slot, (array_agg(m.run_id ORDER BY m.processed_at, m.slot))[1] AS run_id, m.parameter, avg(m.mean ORDER BY m.processed_at, m.slot, m.id) AS value,
      stddev_samp(m.mean ORDER BY m.processed_at, m.slot, m.id) AS spread, array_agg(m.mean ORDER BY m.processed_at, m.slot, m.id) AS means, array_agg(m.u_mean ORDER BY m.processed_at, m.slot, m.id) AS u,
      array_agg(m.sd ORDER BY m.processed_at, m.slot, m.id) AS site_sd, avg(m.n ORDER BY m.processed_at, m.slot, m.id)::float8 AS sites
    FROM measurement m LEFT JOIN run r ON r.id = m.run_id AND r.started_at = m.processed_at
    WHERE (m.lot, m.operation) IN (SELECT DISTINCT lot, operation FROM measurement WHERE id = ANY(${ids(refs)}::uuid[]) AND measured_at BETWEEN ${from(refs)} AND ${to(refs)})
      AND m.processed_at IS NOT NULL AND m.superseded_by IS NULL
    GROUP BY m.lot, m.operation, m.product, m.parameter`);
  return rows.map((r) => ({
    ...common(r),
    characteristic: LOT_MEAN,
    parameter: r.parameter,
    value: r.value,
    uValue: uOfMean(r.means, { u: r.u, common: [] }),
    spread: r.spread,
    n: r.means.length,
    vector: [pooled(r.site_sd), r.sites],
    lotLevel: true,
  }));
}

/** Root of the mean square of sigmas, without squares that leave the range of a double; NaN where one is not known. */
function pooled(sigmas: Float64Array): number {
  const largest = Math.max(...sigmas);
  return largest > 0 ? largest * Math.sqrt(sigmas.reduce((sum, s) => sum + (s / largest) ** 2, 0) / sigmas.length) : largest;
}
