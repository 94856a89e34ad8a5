import { config } from '@/lib/config';
import type { FieldIssue } from '@/lib/formats/incoming';
import { layoutDigest } from './digests';
import type { Master } from './master';

/** What a kind may need to judge its records, read once per chunk. */
export interface CheckContext {
  readonly master: Master;
  readonly lots: ReadonlyMap<string, { product: string; wafers: number }>;
  readonly now: number;
  /** Records of an earlier time are refused, epoch ms. */
  readonly oldest: number;
}

const DAY_MS = 86_400_000;
/** Sites may lie exactly on the rim; many stations round coordinates to a micrometre. */
const RIM_TOLERANCE_MM = 1e-3;
/** Relative rounding error where a site's whole variance is shared. */
const SHARE_TOLERANCE = 1e-9;

export const issue = (path: string, message: string, code = 'invalid_input'): FieldIssue => ({ path, code, message });

const known = (has: boolean, path: string, what: string, name: string): FieldIssue[] =>
  has ? [] : [issue(path, `${what} "${name}" is not registered; register it, or correct the name`, 'unknown_name')];

export const knownTool = (tool: string, chamber: string | undefined, c: CheckContext): FieldIssue[] => {
  const chambers = c.master.chambers.get(tool);
  if (chambers === undefined) return known(false, 'tool', 'tool', tool);
  return chamber === undefined ? [] : known(chambers.has(chamber), 'chamber', `chamber of ${tool}`, chamber);
};
export const knownStation = (s: string, c: CheckContext) => known(c.master.stations.has(s), 'station', 'station', s);
export const knownProduct = (p: string, c: CheckContext) => known(c.master.products.has(p), 'product', 'product', p);

export const knownOperation = (operation: string, layer: string, c: CheckContext): FieldIssue[] => {
  const o = c.master.operations.get(operation);
  if (o === undefined) return known(false, 'operation', 'operation', operation);
  return o.layer === layer ? [] : [issue('layer', `operation ${operation} makes layer ${o.layer}, not ${layer}`)];
};

/** The lot exists, is of this product, and has this slot. */
export const knownWafer = (lot: string, slot: number, product: string, c: CheckContext): FieldIssue[] => {
  const l = c.lots.get(lot);
  if (l === undefined) return known(false, 'lot', 'lot', lot);
  if (l.product !== product) return [issue('product', `lot ${lot} is of product ${l.product}, not ${product}`)];
  return slot > l.wafers ? [issue('wafer', `lot ${lot} has ${l.wafers} wafers; slot ${slot} is outside`)] : [];
};

/** Clocks may run slightly ahead, never by a day. */
export const plausibleTime = (iso: string, path: string, c: CheckContext): FieldIssue[] => {
  const t = Date.parse(iso);
  if (t > c.now + DAY_MS)
    return [
      issue(
        path,
        `${iso} is more than a day ahead of this server's clock (${new Date(c.now).toISOString()}); check the sender's clock`,
        'ahead_of_clock',
      ),
    ];
  return t < c.oldest
    ? [
        issue(
          path,
          `${iso} is before ${new Date(c.oldest).toISOString().slice(0, 10)}, the earliest time that is taken (setting HISTORY_MONTHS); check the sender's clock`,
          'too_old',
        ),
      ]
    : [];
};

/** The earliest time of a record that is accepted, epoch ms. */
export function oldestTaken(now: number): number {
  const d = new Date(now);
  return Date.UTC(d.getUTCFullYear(), d.getUTCMonth() - config().HISTORY_MONTHS, 1);
}

export const sameLength = (arrays: Readonly<Record<string, ArrayLike<unknown> | undefined>>): FieldIssue[] => {
  const given = Object.entries(arrays).filter((e): e is [string, ArrayLike<unknown>] => e[1] !== undefined);
  const n = given[0]![1].length;
  return given
    .filter(([, v]) => v.length !== n)
    .map(([name, v]) =>
      issue(name, `has ${v.length} values, but ${given[0]![0]} has ${n}; every site array has one value per site`),
    );
};

/** Layouts found valid before: most wafers of a fab share a few dozen. Bounded; forgetting costs only time. */
const goodLayouts = new Set<string>();
const GOOD_LIMIT = 5_000;

/** Sites lie on the wafer and no two coincide. A layout is checked once. */
export const sitesOnWafer = (x: readonly number[], y: readonly number[], product: string, c: CheckContext): FieldIssue[] => {
  const frame = c.master.products.get(product);
  if (frame === undefined || x.length !== y.length) return [];
  const layout = `${frame.diameterMm}_${layoutDigest(x, y)}`;
  if (goodLayouts.has(layout)) return [];
  const fault = siteFault(x, y, frame.diameterMm);
  if (fault !== null) return [fault];
  if (goodLayouts.size >= GOOD_LIMIT) goodLayouts.clear();
  goodLayouts.add(layout);
  return [];
};

function siteFault(x: readonly number[], y: readonly number[], diameterMm: number): FieldIssue | null {
  const r = diameterMm / 2 + RIM_TOLERANCE_MM;
  const seen = new Map<string, number>();
  for (let i = 0; i < x.length; i++) {
    if (x[i]! * x[i]! + y[i]! * y[i]! > r * r) {
      return issue(
        `x.${i}`,
        `site ${i} at (${x[i]}, ${y[i]}) mm lies outside the ${diameterMm} mm wafer; coordinates are mm from the wafer centre`,
        'outside_wafer',
      );
    }
    const at = `${x[i]!.toFixed(6)},${y[i]!.toFixed(6)}`;
    const first = seen.get(at);
    if (first !== undefined)
      return issue(
        `x.${i}`,
        `site ${i} repeats site ${first} at (${x[i]}, ${y[i]}) mm; send one value per site`,
        'duplicate_site',
      );
    seen.set(at, i);
  }
  return null;
}

export const someValue = (v: readonly (number | null)[], path: string): FieldIssue[] =>
  v.some((q) => q !== null) ? [] : [issue(path, 'holds no measured value at all; leave the record out, or correct it')];

/** Every measured site has a positive uncertainty where the record gives any: a value without one has no weight in a fit. @param measured - whether a site was measured. */
export const knownUncertainty = (
  u: readonly (number | null)[] | undefined,
  measured: (site: number) => boolean,
): FieldIssue[] => {
  const at = u?.findIndex((v, i) => !v && measured(i)) ?? -1;
  return at < 0
    ? []
    : [
        issue(
          `u.${at}`,
          `is ${u![at]} although the site was measured; give its standard uncertainty, above 0, or leave u out of the record`,
        ),
      ];
};

/** Parts of the uncertainty that the sites share: one value per site each, known where the site was measured, together not above its u. */
export const sharedUncertainty = (r: {
  readonly value: readonly (number | null)[];
  readonly u?: readonly (number | null)[] | undefined;
  readonly uCommon?: readonly (number | null)[] | undefined;
}): FieldIssue[] => {
  const c = r.uCommon;
  const n = r.value.length;
  if (c === undefined || r.u?.length !== n)
    return c === undefined || r.u !== undefined ? [] : [issue('uCommon', 'is a part of u; give u as well')];
  if (c.length % n !== 0)
    return [issue('uCommon', `has ${c.length} values for ${n} sites; give one per site, or several parts of one per site`)];
  for (let i = 0; i < n; i++) {
    if (r.value[i] === null) continue;
    let sum = 0;
    for (let k = i; k < c.length; k += n) {
      if (c[k] === null)
        return [issue(`uCommon.${k}`, 'is null although the site was measured; give 0 where the site shares nothing')];
      sum += c[k]! * c[k]!;
    }
    const u = r.u[i] ?? 0;
    if (sum > u * u * (1 + SHARE_TOLERANCE))
      return [issue(`uCommon.${i}`, `is ${Math.sqrt(sum)}, more than the site's whole uncertainty ${u}`)];
  }
  return [];
};
