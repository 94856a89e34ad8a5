import { characteristicName, type SiteStatistic, type ZoneValue } from '@/lib/characteristic';
import { evaluateZernike, radialSlopeWeights, siteStatistics, WAFER_ZONES, zoneStatistics, zonesOfSites } from '@/lib/spatial';
import { type SiteUncertainty, uOfCombination, uOfRange } from '@/lib/uncertainty';

/** The measured sites of one wafer. */
export interface WaferSites {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** NaN: not measured. */
  readonly value: Float64Array;
  /** Empty: nothing is known. */
  readonly u: Float64Array;
  readonly uCommon: Float64Array;
  readonly radiusMm: number;
  /** Its Zernike fit; null: none. */
  readonly fit: { readonly coefficients: Float64Array; readonly radiusMm: number; readonly dof: number } | null;
}

export interface SiteValue {
  readonly characteristic: string;
  readonly value: number;
  readonly u: number | null;
}

/** What is taken of the sites beyond the mean and sigma that are stored with the measurement. */
const FROM_SITES: readonly SiteStatistic[] = ['range', 'min', 'max', 'median', 'nonuniformity', 'halfrange'];
const FROM_ZONES: readonly ZoneValue[] = ['centre', 'middle', 'outer', 'edge', 'edge-centre', 'slope'];

const nameOf = (of: SiteStatistic): string => characteristicName({ source: 'measurement', of, lot: false });
const zoneName = (of: ZoneValue): string => characteristicName({ source: 'zone', of, lot: false });

const RESIDUAL = characteristicName({ source: 'zernike', of: 'residual', lot: false });

/** Names that need the sites themselves, as {@link siteValues} takes them. */
export const SITE_NAMES: ReadonlySet<string> = new Set([...FROM_SITES.map(nameOf), ...FROM_ZONES.map(zoneName), RESIDUAL]);

/**
 * The wanted values of one wafer that need its sites, in one pass a value. What a wafer does not have (a zone without a site, a share of a mean of 0)
 * is left out.
 * @param wanted - names; others than {@link SITE_NAMES} are not looked at.
 */
export function siteValues(s: WaferSites, wanted: ReadonlySet<string>): SiteValue[] {
  if (s.value.every(Number.isNaN)) return [];
  return [...ofSites(s, wanted), ...ofZones(s, wanted), ...residualOf(s, wanted)].filter((v) => Number.isFinite(v.value));
}

/** √(Σ residual² / dof) in the unit of the values, which the stored sigma of a weighted fit is not. Nothing is known of its uncertainty. */
function residualOf({ fit, x, y, value }: WaferSites, wanted: ReadonlySet<string>): SiteValue[] {
  if (fit === null || fit.dof <= 0 || !wanted.has(RESIDUAL)) return [];
  const model = evaluateZernike(fit.coefficients, x, y, fit.radiusMm);
  let squares = 0;
  for (let i = 0; i < value.length; i++) if (!Number.isNaN(value[i]!)) squares += (value[i]! - model[i]!) ** 2;
  return [{ characteristic: RESIDUAL, value: Math.sqrt(squares / fit.dof), u: null }];
}

const uncertainty = (s: WaferSites): SiteUncertainty | null => (s.u.length === 0 ? null : { u: s.u, common: s.uCommon });

function ofSites(s: WaferSites, wanted: ReadonlySet<string>): SiteValue[] {
  const asked = FROM_SITES.filter((of) => wanted.has(nameOf(of)));
  if (asked.length === 0) return [];
  const stats = siteStatistics(s.value);
  const known = uncertainty(s);
  const uAt = (v: number): number | null => {
    const u = known === null ? Number.NaN : s.u[s.value.indexOf(v)]!;
    return Number.isFinite(u) ? u : null;
  };
  const of: Readonly<Record<string, readonly [number | null, number | null]>> = {
    range: [stats.range, known === null ? null : uOfRange(s.value, known)],
    min: [stats.min, uAt(stats.min)],
    max: [stats.max, uAt(stats.max)],
    // The median has no derivatives, and shares of the mean are compared with each other, not with a measurement: neither has a u here.
    median: [stats.median, null],
    nonuniformity: [stats.nonUniformity.sigma, null],
    halfrange: [stats.nonUniformity.halfRange, null],
  };
  return asked.flatMap((a) => {
    const [value, u] = of[a]!;
    return value === null ? [] : [{ characteristic: nameOf(a), value, u }];
  });
}

function ofZones(s: WaferSites, wanted: ReadonlySet<string>): SiteValue[] {
  const asked = FROM_ZONES.filter((of) => wanted.has(zoneName(of)));
  if (asked.length === 0) return [];
  const { edges, names } = WAFER_ZONES;
  const borders = edges.map((e) => e * s.radiusMm);
  const zones = zoneStatistics(s.x, s.y, s.value, borders, names);
  const at = zonesOfSites(s.x, s.y, borders);
  /** Derivatives of a zone's mean by the sites. */
  const weights = (name: string, sign = 1): Float64Array => {
    const k = names.indexOf(name);
    const n = zones[k]?.n ?? 0;
    return Float64Array.from(s.value, (v, i) => (n > 0 && at[i] === k && !Number.isNaN(v) ? sign / n : 0));
  };
  return asked.flatMap((a): SiteValue[] => {
    if (a !== 'slope' && (a === 'edge-centre' ? ['edge', 'centre'] : [a]).some((z) => (zones[names.indexOf(z)]?.n ?? 0) === 0))
      return [];
    const g =
      a === 'slope'
        ? radialSlopeWeights(s.x, s.y, s.value)
        : a === 'edge-centre'
          ? sumOf(weights('edge'), weights('centre', -1))
          : weights(a);
    if (g === null) return [];
    const known = uncertainty(s);
    return [
      {
        characteristic: zoneName(a),
        value: combined(g, s.value),
        u: known === null ? null : uOfCombination(g, known),
      },
    ];
  });
}

const sumOf = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => v + b[i]!);

function combined(g: Float64Array, z: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < g.length; i++) if (g[i] !== 0) sum += g[i]! * z[i]!;
  return sum;
}
