import { type TraceName, traceOf, traceRest } from './trace-name';

/** What is taken of the sites of one wafer. */
export const SITE_STATISTICS = ['mean', 'sd', 'range', 'min', 'max', 'median', 'nonuniformity', 'halfrange'] as const;
export type SiteStatistic = (typeof SITE_STATISTICS)[number];

/** What is taken of a wafer by radius: the means of its zones (`zoneStatistics`), edge minus centre, and the slope along the radius. */
export const ZONE_VALUES = ['centre', 'middle', 'outer', 'edge', 'edge-centre', 'slope'] as const;
export type ZoneValue = (typeof ZONE_VALUES)[number];

/**
 * What a chart or a loop watches, under the name that is stored, sent and shown: the source of the value, what is taken of it, and
 * whether one value stands for a wafer or for a lot. This is the one place where such names are made and read.
 *
 * | name | value |
 * |---|---|
 * | `measurement.mean`, `.sd`, `.range`, `.min`, `.max`, `.median` | of the sites of one wafer |
 * | `measurement.nonuniformity`, `.halfrange` | 1σ / mean and (max − min) / 2 mean of the sites, % |
 * | `measurement.lot` | mean of the wafer means of one lot |
 * | `zone.centre`, `.middle`, `.outer`, `.edge` | mean of the sites of a zone of one wafer |
 * | `zone.edge-centre`, `zone.slope` | mean of the edge less that of the centre; least-squares slope along the radius, per mm |
 * | `zernike.n.m` | coefficient of Z(n,m) of one wafer, OSA/ANSI Z80.28 |
 * | `zernike.residual` | residual sigma of that fit |
 * | `fit.chi2` | mean χ²/ν of the accepted sites of the spectra that gave the value |
 * | `overlay.tx`, `overlay.lot.tx` | a term of the overlay model, of one wafer or averaged over its lot |
 * | `overlay.m3s.x`, `overlay.lot.m3s.x` | \|mean\| + 3 sigma of the raw overlay along one axis |
 * | `vm.wafer`, `vm.lot` | prediction of one wafer; mean of the predictions of one lot in one chamber |
 * | `trace.sensor.step.indicator` | an indicator of a sensor within a recipe step of one run |
 * | `count.defects` | a count of one inspection, of a wafer or a lot, with the units inspected |
 * | `event.pm` | an event of a kind on a tool or chamber; its chart is of the time between them |
 * | `joint.wafer`, `joint.lot` | several of the above of one wafer's run, or of one lot, in the order that a chart states |
 */
export type Characteristic =
  | { readonly source: 'measurement'; readonly of: SiteStatistic; readonly lot: false }
  | { readonly source: 'measurement'; readonly of: 'mean'; readonly lot: true }
  | { readonly source: 'zone'; readonly of: ZoneValue; readonly lot: false }
  | { readonly source: 'zernike'; readonly n: number; readonly m: number; readonly lot: false }
  | { readonly source: 'zernike'; readonly of: 'residual'; readonly lot: false }
  | { readonly source: 'fit'; readonly of: 'chi2'; readonly lot: false }
  | { readonly source: 'overlay'; readonly term: string; readonly lot: boolean }
  | { readonly source: 'vm'; readonly lot: boolean }
  | ({ readonly source: 'trace'; readonly lot: false } & TraceName)
  | { readonly source: 'count'; readonly parameter: string; readonly lot: false }
  | { readonly source: 'event'; readonly kind: string; readonly lot: false }
  | { readonly source: 'joint'; readonly lot: boolean };

export type CharacteristicSource = Characteristic['source'];

/** Sources in the order of the screens, with their names there. */
export const CHARACTERISTIC_SOURCES: Readonly<Record<CharacteristicSource, string>> = {
  measurement: 'Measured',
  zone: 'Zones',
  zernike: 'Zernike',
  fit: 'Fit quality',
  overlay: 'Overlay',
  vm: 'Virtual metrology',
  trace: 'Trace',
  count: 'Counted',
  event: 'Events',
  joint: 'Several variables',
};

/** tx, k7, m3s.x; terms beyond third order are written `grid.dx.21` and `field.dx.40`. */
const OVERLAY_TERM = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/;
/** The name of a registered parameter. */
const COUNTED = /^\S(.{0,118}\S)?$/;
const EVENT_KIND = /^[a-z][a-z_]*$/;
const ZERNIKE = /^(\d{1,2})\.(-?\d{1,2})$/;

function zernikeOf(rest: string): Characteristic | undefined {
  if (rest === 'residual') return { source: 'zernike', of: 'residual', lot: false };
  const match = ZERNIKE.exec(rest);
  if (match === null) return undefined;
  const [n, m] = [Number(match[1]), Number(match[2])];
  return Math.abs(m) <= n && (n - m) % 2 === 0 ? { source: 'zernike', n, m, lot: false } : undefined;
}

function overlayOf(rest: string): Characteristic | undefined {
  const lot = rest.startsWith('lot.');
  const term = lot ? rest.slice('lot.'.length) : rest;
  return OVERLAY_TERM.test(term) && term !== 'lot' ? { source: 'overlay', term, lot } : undefined;
}

const oneOf = <T extends string>(list: readonly T[], v: string): v is T => (list as readonly string[]).includes(v);

/** A name as a characteristic; `undefined` for a text that is none. */
export function parseCharacteristic(name: string): Characteristic | undefined {
  const dot = name.indexOf('.');
  const rest = name.slice(dot + 1);
  switch (name.slice(0, Math.max(0, dot))) {
    case 'measurement':
      if (rest === 'lot') return { source: 'measurement', of: 'mean', lot: true };
      return oneOf(SITE_STATISTICS, rest) ? { source: 'measurement', of: rest, lot: false } : undefined;
    case 'zone':
      return oneOf(ZONE_VALUES, rest) ? { source: 'zone', of: rest, lot: false } : undefined;
    case 'zernike':
      return zernikeOf(rest);
    case 'fit':
      return rest === 'chi2' ? { source: 'fit', of: 'chi2', lot: false } : undefined;
    case 'overlay':
      return overlayOf(rest);
    case 'vm':
      return rest === 'lot' || rest === 'wafer' ? { source: 'vm', lot: rest === 'lot' } : undefined;
    case 'trace': {
      const t = traceOf(rest);
      return t === undefined ? undefined : { source: 'trace', ...t, lot: false };
    }
    case 'count':
      return COUNTED.test(rest) ? { source: 'count', parameter: rest, lot: false } : undefined;
    case 'event':
      return EVENT_KIND.test(rest) ? { source: 'event', kind: rest, lot: false } : undefined;
    case 'joint':
      return rest === 'lot' || rest === 'wafer' ? { source: 'joint', lot: rest === 'lot' } : undefined;
    default:
      return undefined;
  }
}

/** The stored name; `parseCharacteristic` reads it back. */
export function characteristicName(c: Characteristic): string {
  switch (c.source) {
    case 'measurement':
      return c.lot ? 'measurement.lot' : `measurement.${c.of}`;
    case 'zernike':
      return 'of' in c ? 'zernike.residual' : `zernike.${c.n}.${c.m}`;
    case 'zone':
    case 'fit':
      return `${c.source}.${c.of}`;
    case 'overlay':
      return c.lot ? `overlay.lot.${c.term}` : `overlay.${c.term}`;
    case 'vm':
      return c.lot ? 'vm.lot' : 'vm.wafer';
    case 'trace':
      return `trace.${traceRest(c)}`;
    case 'count':
      return `count.${c.parameter}`;
    case 'event':
      return `event.${c.kind}`;
    case 'joint':
      return c.lot ? 'joint.lot' : 'joint.wafer';
  }
}

/** The mean of a wafer's sites: what specifications are of. */
export const WAFER_MEAN = characteristicName({ source: 'measurement', of: 'mean', lot: false });

/** What of a wafer's sites is itself a spread. */
const SPREADS: readonly string[] = ['sd', 'range', 'nonuniformity', 'halfrange'] satisfies readonly SiteStatistic[];

/** Whether the value is itself a spread over the sites of a wafer. A name that is no characteristic is not. */
export const isSpread = (name: string): boolean => {
  const c = parseCharacteristic(name);
  return c?.source === 'measurement' && SPREADS.includes(c.of);
};

/** Source of a stored name; `undefined` for a text that is no characteristic. */
export const sourceOf = (name: string): CharacteristicSource | undefined => parseCharacteristic(name)?.source;

/** Beginning of the stored names of one source, for `LIKE`. */
export const characteristicsOf = (source: CharacteristicSource): string => `${source}.%`;

/** The summaries of overlay that are charted, and their signs on a screen. */
export const OVERLAY_SUMMARIES: Readonly<Record<string, string>> = { 'm3s.x': '|mean|+3σ X', 'm3s.y': '|mean|+3σ Y' };

/** An overlay term or summary as a screen writes it: "Tx", "|mean|+3σ X". */
export const overlayTermLabel = (term: string): string =>
  OVERLAY_SUMMARIES[term] ?? `${term.charAt(0).toUpperCase()}${term.slice(1)}`;

/** Parameters that are terms or summaries of the overlay model, not wafer maps. `overlay` itself stands for |mean| + 3 sigma. */
export const OVERLAY_PARAMETERS: ReadonlySet<string> = new Set(['tx', 'ty', 'mx', 'my', 'rx', 'ry', 'overlay']);
