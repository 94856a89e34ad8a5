import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { MEDIAN_CHI2 } from './list';
import { type SpectrumView, spectrumView } from './spectrum';

/** Evidence of an alert of kind `spectra`: the refused wafer, and the station's other wafers around that time. */
export interface SpectraEvidence {
  /** The refused wafer with the curves of its worst site; null where it has passed the retention time. */
  refused: SpectrumView | null;
  /** Wafers of the station, of any recipe, in the week before the alert and the two days after, newest first. */
  wafers: {
    id: string;
    lot: string;
    slot: number;
    recipe: string;
    measuredMs: number;
    sites: number;
    accepted: number | null;
    reducedChi2: number | null;
  }[];
  /** The same recipe on the other stations in the same window: does the sample fail there too? */
  sisters: { station: string; wafers: number; sites: number; accepted: number }[];
}

const DAY_MS = 86_400_000;
const LAST = 25;

/** Evidence of a refused wafer. @param spectrumId - record of the alert. @param lastMs - when the alert was last seen. */
export async function spectraEvidence(spectrumId: string | null, station: string, lastMs: number): Promise<SpectraEvidence> {
  const refused = spectrumId === null ? null : await spectrumOrNull(spectrumId);
  const from = new Date(lastMs - 7 * DAY_MS);
  const to = new Date(lastMs + 2 * DAY_MS);
  const recipe = refused?.recipe.name ?? null;
  const [wafers, sisters] = await Promise.all([
    db().rows<Omit<SpectraEvidence['wafers'][number], 'measuredMs'> & { measured_at: Date }>(sql`
      SELECT s.id, s.lot, s.slot, s.recipe, s.measured_at, s.sites, f.accepted, ${MEDIAN_CHI2} AS "reducedChi2"
      FROM spectrum s LEFT JOIN spectrum_fit f ON f.spectrum_id = s.id AND f.measured_at = s.measured_at
      WHERE s.station = ${station} AND s.measured_at BETWEEN ${from} AND ${to} ORDER BY s.measured_at DESC, s.slot DESC LIMIT ${LAST}`),
    db().rows<SpectraEvidence['sisters'][number]>(sql`
      SELECT s.station, count(*)::int AS wafers, sum(s.sites)::int AS sites, sum(f.accepted)::int AS accepted
      FROM spectrum s JOIN spectrum_fit f ON f.spectrum_id = s.id AND f.measured_at = s.measured_at
      WHERE s.recipe = ${recipe} AND s.measured_at BETWEEN ${from} AND ${to} GROUP BY s.station ORDER BY s.station`),
  ]);
  return { refused, wafers: wafers.map(({ measured_at, ...w }) => ({ ...w, measuredMs: measured_at.getTime() })), sisters };
}

async function spectrumOrNull(id: string): Promise<SpectrumView | null> {
  try {
    return await spectrumView(id, null);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') return null;
    throw e;
  }
}
