/**
 * What a chart or a loop watches, under the name that is stored, sent and shown: the source of the value, what is taken of it, and
 * whether one value stands for a wafer or for a lot. This is the one place where such names are made and read.
 *
 * | name | value |
 * |---|---|
 * | `measurement.mean`, `measurement.sd` | mean and sigma of the sites of one wafer |
 * | `measurement.lot` | mean of the wafer means of one lot |
 * | `zernike.n.m` | coefficient of Z(n,m) of one wafer, OSA/ANSI Z80.28 |
 * | `overlay.tx`, `overlay.lot.tx` | a term of the overlay model, of one wafer or averaged over its lot |
 * | `overlay.m3s.x`, `overlay.lot.m3s.x` | \|mean\| + 3 sigma of the raw overlay along one axis |
 * | `vm.lot` | mean of the predictions of one lot in one chamber |
 * | `count.defects` | a count of one inspection, of a wafer or a lot, with the units inspected |
 * | `event.pm` | an event of a kind on a tool or chamber; its chart is of the time between them |
 */
export type Characteristic =
  | { readonly source: 'measurement'; readonly of: 'mean' | 'sd'; readonly lot: false }
  | { readonly source: 'measurement'; readonly of: 'mean'; readonly lot: true }
  | { readonly source: 'zernike'; readonly n: number; readonly m: number; readonly lot: false }
  | { readonly source: 'overlay'; readonly term: string; readonly lot: boolean }
  | { readonly source: 'vm'; readonly lot: true }
  | { readonly source: 'count'; readonly parameter: string; readonly lot: false }
  | { readonly source: 'event'; readonly kind: string; readonly lot: false };

export type CharacteristicSource = Characteristic['source'];

/** Sources in the order of the screens, with their names there. */
export const CHARACTERISTIC_SOURCES: Readonly<Record<CharacteristicSource, string>> = {
  measurement: 'Measured',
  zernike: 'Zernike',
  overlay: 'Overlay',
  vm: 'Virtual metrology',
  count: 'Counted',
  event: 'Events',
};

/** tx, k7, m3s.x; terms beyond third order are written `grid.dx.21` and `field.dx.40`. */
const OVERLAY_TERM = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/;
/** The name of a registered parameter. */
const COUNTED = /^\S(.{0,118}\S)?$/;
const EVENT_KIND = /^[a-z][a-z_]*$/;
const ZERNIKE = /^(\d{1,2})\.(-?\d{1,2})$/;

function zernikeOf(rest: string): Characteristic | undefined {
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

/** A name as a characteristic; `undefined` for a text that is none. */
export function parseCharacteristic(name: string): Characteristic | undefined {
  const dot = name.indexOf('.');
  const rest = name.slice(dot + 1);
  switch (name.slice(0, Math.max(0, dot))) {
    case 'measurement':
      if (rest === 'lot') return { source: 'measurement', of: 'mean', lot: true };
      return rest === 'mean' || rest === 'sd' ? { source: 'measurement', of: rest, lot: false } : undefined;
    case 'zernike':
      return zernikeOf(rest);
    case 'overlay':
      return overlayOf(rest);
    case 'vm':
      return rest === 'lot' ? { source: 'vm', lot: true } : undefined;
    case 'count':
      return COUNTED.test(rest) ? { source: 'count', parameter: rest, lot: false } : undefined;
    case 'event':
      return EVENT_KIND.test(rest) ? { source: 'event', kind: rest, lot: false } : undefined;
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
      return `zernike.${c.n}.${c.m}`;
    case 'overlay':
      return c.lot ? `overlay.lot.${c.term}` : `overlay.${c.term}`;
    case 'vm':
      return 'vm.lot';
    case 'count':
      return `count.${c.parameter}`;
    case 'event':
      return `event.${c.kind}`;
  }
}

/** The mean of a wafer's sites: what specifications are of. */
export const WAFER_MEAN = characteristicName({ source: 'measurement', of: 'mean', lot: false });

/** Whether the value is itself a spread: a sigma over the sites of a wafer. A name that is no characteristic is not. */
export const isSpread = (name: string): boolean => {
  const c = parseCharacteristic(name);
  return c?.source === 'measurement' && c.of === 'sd';
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
