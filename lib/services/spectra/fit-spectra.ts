import { asFloat32, bulkInsert, db, recordId, sql, type Tx } from '@/lib/db';
import type { MetrologyRecipe, SpectrumAxis } from '@/lib/formats/metrology-recipe';
import type { MeasurementRecord } from '@/lib/formats/wire';
import type { Ref } from '@/lib/queue/jobs';
import type { SiteFit } from '@/lib/recipes';
import { commonParts } from '@/lib/uncertainty';
import { endStation, raiseStation, STATION_SHARE } from '../alerts/station';
import { findRuns } from '../ingest/link';
import { writeMeasurements } from '../ingest/measurements';
import { feed } from '../live/feed';
import { codeVersion } from '../system/code-version';

/** A wafer's spectra with a version of its recipe: what a compute thread needs. */
export interface SpectrumJob {
  readonly recipeId: string;
  readonly version: number;
  readonly recipe: MetrologyRecipe;
  readonly truncation: number | null;
  readonly axisId: string;
  readonly axis: SpectrumAxis;
  /** Index of each of the recipe's channels among those sent. */
  readonly channels: readonly number[];
  readonly sent: number;
  readonly sites: number;
  readonly values: Float32Array;
  readonly sigma: Float32Array | null;
  /** A trained surrogate of this version on this axis, with its id. */
  readonly surrogate: { readonly id: string; readonly bytes: Uint8Array } | null;
}

interface SpectrumRow {
  id: string;
  key: string;
  sender: string;
  station: string;
  lot: string;
  slot: number;
  product: string;
  layer: string;
  operation: string;
  area: string;
  plan: string;
  measured_at: Date;
  run_key: string | null;
  recipe: string;
  axis_id: string;
  axis: SpectrumAxis;
  channels: string[];
  sites: number;
  values: Buffer;
  sigma: Buffer | null;
  x: Float64Array;
  y: Float64Array;
  recipe_id: string;
  version: number;
  content: MetrologyRecipe;
  certificate: { truncation: number } | null;
  surrogate_id: string | null;
  surrogate: Buffer | null;
}

export interface FittedWafer {
  readonly row: SpectrumRow;
  readonly fits: readonly SiteFit[];
}

async function read(ref: Ref): Promise<SpectrumRow | undefined> {
  return db().one<SpectrumRow>(sql`
    SELECT s.id, s.key, s.sender, s.station, s.lot, s.slot, s.product, s.layer, s.operation, o.area, s.plan, s.measured_at, s.run_key, s.recipe, s.axis_id, a.content AS axis,
      s.channels, s.sites, s.values, s.sigma, l.x, l.y, r.id AS recipe_id, v.version, v.content, v.certificate, n.id AS surrogate_id, n.model AS surrogate
    FROM spectrum s JOIN spectrum_axis a ON a.id = s.axis_id JOIN site_layout l ON l.id = s.layout_id JOIN operation o ON o.name = s.operation
      JOIN metrology_recipe r ON r.name = s.recipe JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = r.version
      LEFT JOIN metrology_surrogate n ON n.recipe_id = r.id AND n.version = v.version AND n.axis_id = s.axis_id AND n.state = 'ready'
    WHERE s.id = ${ref.id} AND s.measured_at = ${new Date(ref.at)}`);
}

/** A stored wafer of spectra, as its rows are. */
export type StoredSpectra = Pick<SpectrumRow, 'axis_id' | 'axis' | 'channels' | 'sites' | 'values' | 'sigma'>;

/** What a recipe version brings to a job. */
export type FittedBy = Pick<SpectrumJob, 'recipeId' | 'version' | 'recipe' | 'truncation' | 'surrogate'>;

/** The job of stored spectra under a version of a recipe. */
export const jobOf = (s: StoredSpectra, by: FittedBy): SpectrumJob => ({
  ...by,
  axisId: s.axis_id,
  axis: s.axis,
  channels: by.recipe.channels.map((c) => s.channels.indexOf(c.name)),
  sent: s.channels.length,
  sites: s.sites,
  values: asFloat32(s.values).slice(),
  sigma: s.sigma === null ? null : asFloat32(s.sigma).slice(),
});

/** The version in force, with its surrogate. */
const inForce = (row: SpectrumRow): FittedBy => ({
  recipeId: row.recipe_id,
  version: row.version,
  recipe: row.content,
  truncation: row.certificate?.truncation ?? null,
  surrogate:
    row.surrogate === null || row.surrogate_id === null ? null : { id: row.surrogate_id, bytes: Uint8Array.from(row.surrogate) },
});

/** Reads and fits; writes nothing. */
export async function fitSpectra(
  refs: readonly Ref[],
  compute: (job: SpectrumJob) => Promise<SiteFit[]>,
): Promise<FittedWafer[]> {
  const fitted: FittedWafer[] = [];
  for (const ref of refs) {
    const row = await read(ref);
    if (row !== undefined) fitted.push({ row, fits: await compute(jobOf(row, inForce(row))) });
  }
  return fitted;
}

/** Stores the fits; accepted values become measurements of the wafer, with their standard uncertainties. */
export async function storeSpectrumFits(tx: Tx, fitted: readonly FittedWafer[]): Promise<void> {
  for (const { row, fits } of fitted) {
    const made = await measurementsOf(tx, row, fits);
    const joined = (pick: (f: SiteFit) => Float64Array) => Float64Array.from(fits.flatMap((f) => [...pick(f)]));
    const written = await bulkInsert(
      tx,
      'spectrum_fit',
      [
        {
          spectrum_id: row.id,
          measured_at: row.measured_at,
          recipe_id: row.recipe_id,
          version: row.version,
          parameters: row.content.parameters.map((p) => p.name),
          values: joined((f) => f.values),
          u: joined((f) => f.u),
          covariance: joined((f) => f.covariance),
          reduced_chi2: Float64Array.from(fits, (f) => f.reducedChi2),
          status: fits.map((f) => f.status),
          warnings: fits.map((f) => f.warnings),
          iterations: fits.map((f) => f.iterations),
          accepted: fits.filter((f) => f.status === 'accepted').length,
          by_surrogate: fits.filter((f) => f.path === 'surrogate').length,
          common_sites: Math.max(0, ...fits.map((f) => f.common?.sites ?? 0)),
          measurements: made.map((m) => m.id),
          code_version: codeVersion('spectra'),
        },
      ],
      { key: ['spectrum_id', 'measured_at'], update: [] },
    );
    if (written === 0) continue;
    if (made.length > 0) {
      const runs = await findRuns(
        tx,
        made.map((m) => m.record),
      );
      await writeMeasurements(tx, row.sender, made, runs);
    }
    await tellStation(tx, row, fits);
  }
}

/** One measurement per reported parameter: null where the site was refused, none where all were. */
async function measurementsOf(
  tx: Tx,
  row: SpectrumRow,
  fits: readonly SiteFit[],
): Promise<{ id: string; record: MeasurementRecord }[]> {
  if (!fits.some((f) => f.status === 'accepted')) return [];
  const reported = row.content.parameters.flatMap((p, i) => (p.reportAs === null ? [] : [{ i, parameter: p.reportAs }]));
  const units = await tx.rows<{ name: string; unit: string }>(
    sql`SELECT name, unit FROM parameter WHERE name = ANY(${reported.map((r) => r.parameter)}::text[])`,
  );
  const unitOf = new Map(units.map((u) => [u.name, u.unit]));
  return reported.map(({ i, parameter }) => {
    const key = `${row.key}/${parameter}`;
    const known = fits.map((f) => f.status === 'accepted');
    const common = commonOf(row, fits, i);
    return {
      id: recordId('measurement', row.sender, key),
      record: {
        key,
        station: row.station,
        lot: row.lot,
        wafer: row.slot,
        product: row.product,
        layer: row.layer,
        operation: row.operation,
        plan: row.plan,
        measuredAt: row.measured_at.toISOString(),
        ...(row.run_key === null ? {} : { runKey: row.run_key }),
        parameter,
        unit: unitOf.get(parameter) ?? '1',
        x: [...row.x],
        y: [...row.y],
        value: fits.map((f, s) => (known[s] ? f.values[i]! : null)),
        u: fits.map((f, s) => (known[s] ? f.u[i]! : null)),
        ...(common === null ? {} : { uCommon: common.map((c, k) => (known[k % fits.length] ? c : null)) }),
      },
    };
  });
}

/**
 * What the parameters common to the wafer contribute to the uncertainty of parameter `i` at each site, part after part; null where every site was
 * fitted alone. They are fitted once for all sites, so averaging does not reduce it.
 */
function commonOf(row: SpectrumRow, fits: readonly SiteFit[], i: number): number[] | null {
  const names = row.content.parameters.map((p) => p.name);
  const parts = Math.max(0, ...fits.map((f) => f.common?.parameters.length ?? 0));
  if (parts === 0) return null;
  const sites = fits.map((f) =>
    f.common === null
      ? new Float64Array(parts)
      : commonParts(
          f.covariance,
          names.length,
          i,
          f.common.parameters.map((name) => names.indexOf(name)),
        ),
  );
  return Array.from({ length: parts * fits.length }, (_, k) => sites[k % fits.length]![Math.floor(k / fits.length)]!);
}

/** The parameters that the sites share, in words; empty where each was fitted alone. */
function commonWords(fits: readonly SiteFit[]): string {
  const common = fits.find((f) => f.status === 'accepted' && f.common !== null)?.common;
  return common ? `, with ${common.parameters.join(', ')} common to ${common.sites}` : '';
}

/** Reports refused sites; a wafer mostly refused raises an alert on the station, which ends when its wafers are accepted again. */
async function tellStation(tx: Tx, row: SpectrumRow, fits: readonly SiteFit[]): Promise<void> {
  const refused = fits.filter((f) => f.status !== 'accepted');
  const where = { lot: row.lot, station: row.station, recipe: row.recipe, spectrumId: row.id };
  await feed(tx, [
    {
      kind: 'spectrum',
      text: `Lot ${row.lot} wafer ${row.slot}: ${fits.length - refused.length} of ${fits.length} sites accepted by ${row.recipe}${commonWords(fits)}`,
      detail: where,
    },
  ]);
  const wafer = {
    station: row.station,
    recipe: row.recipe,
    area: row.area,
    product: row.product,
    operation: row.operation,
    lot: row.lot,
    slot: row.slot,
    recordId: row.id,
    at: row.measured_at,
  };
  if (refused.length <= STATION_SHARE * fits.length) {
    await endStation(tx, wafer);
    return;
  }
  const worst = Math.max(...refused.map((f) => (Number.isFinite(f.reducedChi2) ? f.reducedChi2 : 0)));
  await raiseStation(
    tx,
    wafer,
    `${row.station}: ${refused.length} of ${fits.length} spectra refused by ${row.recipe}${worst > 0 ? `, χ²/ν up to ${worst < 100 ? worst.toPrecision(3) : worst.toFixed(0)}` : ''}`,
    worst,
  );
}
