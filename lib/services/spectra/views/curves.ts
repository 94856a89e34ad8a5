import { asFloat32, db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { axisLength, type MetrologyRecipe, type SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { channelSigma } from '@/lib/recipes';
import { idFromAddress } from '../../address/id-from-address';

/** Curves of one site: channel after channel, in the order sent, each on the whole axis. */
export interface SiteSpectra {
  index: number;
  values: Float64Array;
  /** As sent by the station, else from the recipe's noise model; NaN for channels that the recipe does not have. */
  sigma: Float64Array;
  /** The station sent its own standard deviations. */
  isStated: boolean;
}

interface Source {
  readonly id: string;
  readonly measured_at: Date;
  readonly channels: readonly string[];
  readonly points: number;
}

/** Sites `first` to `first + count`, sliced from the stored arrays in the database: a wafer's spectra may be many megabytes. */
async function readSites(s: Source, recipe: MetrologyRecipe, first: number, count: number): Promise<SiteSpectra[]> {
  const n = s.channels.length * s.points;
  const bytes = n * Float32Array.BYTES_PER_ELEMENT;
  const from = first * bytes + 1;
  const row = await db().one<{ values: Buffer; sigma: Buffer | null }>(sql`
    SELECT substring(values FROM ${from}::int FOR ${count * bytes}::int) AS values, substring(sigma FROM ${from}::int FOR ${count * bytes}::int) AS sigma
    FROM spectrum WHERE id = ${s.id} AND measured_at = ${s.measured_at}`);
  if (row === undefined) throw new AppError('not_found', `spectrum ${s.id} is not there any more`);
  const all = asFloat32(row.values);
  const stated = row.sigma === null ? null : asFloat32(row.sigma);
  return Array.from({ length: count }, (_, i) => {
    const values = Float64Array.from(all.subarray(i * n, (i + 1) * n));
    const sigma = stated ? Float64Array.from(stated.subarray(i * n, (i + 1) * n)) : modelSigma(s, recipe, values);
    return { index: first + i, values, sigma, isStated: stated !== null };
  });
}

/** The curves of one site. @throws AppError `not_found`. */
export const spectraOfSite = async (s: Source, recipe: MetrologyRecipe, index: number): Promise<SiteSpectra> =>
  (await readSites(s, recipe, index, 1))[0]!;

function modelSigma(s: Source, recipe: MetrologyRecipe, values: Float64Array): Float64Array {
  const specs = s.channels.map((name) => recipe.channels.find((c) => c.name === name));
  return values.map((v, i) => {
    const channel = specs[Math.floor(i / s.points)];
    return channel === undefined ? Number.NaN : channelSigma(channel, v);
  });
}

interface CurvesRow {
  id: string;
  measured_at: Date;
  lot: string;
  slot: number;
  product: string;
  operation: string;
  station: string;
  recipe: string;
  /** The version that fitted it, or that will. */
  version: number;
  channels: string[];
  sites: number;
  axis: SpectrumAxis;
  content: MetrologyRecipe;
  x: Float64Array;
  y: Float64Array;
}

async function curvesRow(id: string): Promise<CurvesRow> {
  const row = await db().one<CurvesRow>(sql`
    SELECT s.id, s.measured_at, s.lot, s.slot, s.product, s.operation, s.station, s.recipe, v.version, s.channels, s.sites, a.content AS axis, v.content, l.x, l.y
    FROM spectrum s JOIN spectrum_axis a ON a.id = s.axis_id JOIN site_layout l ON l.id = s.layout_id JOIN metrology_recipe r ON r.name = s.recipe
      LEFT JOIN spectrum_fit f ON f.spectrum_id = s.id AND f.measured_at = s.measured_at
      JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = coalesce(f.version, r.version)
    WHERE s.id = ${idFromAddress('spectrum', id)}`);
  if (row === undefined) throw new AppError('not_found', `there is no spectrum ${id}`);
  return row;
}

/** The curves of another site of a wafer. @throws AppError `not_found`; `invalid_input` for a site that the wafer does not have. */
export async function siteSpectra(id: string, index: number): Promise<SiteSpectra> {
  const row = await curvesRow(id);
  if (!Number.isInteger(index) || index < 0 || index >= row.sites)
    throw new AppError('invalid_input', `site: the wafer has sites 1 to ${row.sites}`, { field: 'site' });
  return spectraOfSite({ ...row, points: axisLength(row.axis) }, row.content, index);
}

/** Every measured value of a wafer, one per line, for the export. */
export interface SpectraExport {
  readonly lot: string;
  readonly slot: number;
  readonly recipe: string;
  readonly header: readonly string[];
  readonly rows: Iterable<readonly (string | number | Date)[]>;
}

/** Columns of the wafer, repeated on every line. */
const OF_WAFER = ['lot', 'wafer', 'product', 'operation', 'station', 'measured at', 'recipe', 'recipe version'] as const;
/** Numbers of digits that a stored single-precision number may need. */
const SINGLE_DIGITS = [6, 7, 8, 9] as const;

/** A stored single-precision number as the shortest decimal that identifies it: 31.5219, not 31.521900177001953. */
function shortest(v: number): number {
  for (const digits of SINGLE_DIGITS) {
    const short = Number(v.toPrecision(digits));
    if (Math.fround(short) === v) return short;
  }
  return v;
}

const AXIS_HEADER = { wavelength: ['wavelength (nm)'], q: ['q (1/A)'], qxqz: ['qx (1/nm)', 'qz (1/nm)'] } as const;

/** Unit of a channel's values; empty for one that the recipe does not have. */
function unitOf(recipe: MetrologyRecipe, channel: string): string {
  const quantity = recipe.channels.find((c) => c.name === channel)?.quantity;
  if (quantity === undefined) return '';
  return quantity === 'psi' || quantity === 'delta' ? 'deg' : '1';
}

/** @throws AppError `not_found`. */
export async function spectraExport(id: string): Promise<SpectraExport> {
  const row = await curvesRow(id);
  const points = axisLength(row.axis);
  const sites = await readSites({ ...row, points }, row.content, 0, row.sites);
  const { axis } = row;
  const at = (i: number): number[] =>
    axis.kind === 'wavelength' ? [axis.nm[i]!] : axis.kind === 'q' ? [axis.perA[i]!] : [axis.qxPerNm[i]!, axis.qzPerNm[i]!];
  const wafer = [row.lot, row.slot, row.product, row.operation, row.station, row.measured_at, row.recipe, row.version];
  const units = row.channels.map((name) => unitOf(row.content, name));
  function* lines(): Iterable<readonly (string | number | Date)[]> {
    for (const s of sites)
      for (const [k, channel] of row.channels.entries())
        for (let i = 0; i < points; i++)
          yield [
            ...wafer,
            s.index + 1,
            row.x[s.index]!,
            row.y[s.index]!,
            channel,
            ...at(i),
            shortest(s.values[k * points + i]!),
            shortest(s.sigma[k * points + i]!),
            units[k]!,
          ];
  }
  return {
    lot: row.lot,
    slot: row.slot,
    recipe: row.recipe,
    header: [...OF_WAFER, 'site', 'x (mm)', 'y (mm)', 'channel', ...AXIS_HEADER[axis.kind], 'value', 'sigma', 'unit'],
    rows: lines(),
  };
}
