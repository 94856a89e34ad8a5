import { AppError } from '@/lib/errors';
import { type ComplexArray, complexArray, evaluateCubic, type MonotoneCubic, monotoneCubic, requireFinite } from '@/lib/numerics';
import { HC_EV_NM } from '../units';
import tables from './tables.json';

/** A material of the library: where its numbers come from and where they hold. */
export interface Material {
  readonly name: string;
  readonly description: string;
  /** File of the database, the paper behind it, and the licence of the table. */
  readonly source: string;
  readonly reference: string;
  readonly licence: string;
  readonly fromNm: number;
  readonly toNm: number;
}

interface Table {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  readonly reference: string;
  readonly kind: string;
  readonly nm?: number[];
  readonly n?: number[];
  readonly k?: number[];
  readonly formula?: number;
  readonly coefficients?: number[];
  readonly fromNm?: number;
  readonly toNm?: number;
}

const byName = new Map((tables.materials as Table[]).map((t) => [t.name, t]));

const rangeOf = (t: Table): [number, number] => (t.nm ? [t.nm[0]!, t.nm[t.nm.length - 1]!] : [t.fromNm!, t.toNm!]);

/** All materials of the library, by name. */
export const MATERIALS: readonly Material[] = [...byName.values()].map((t) => ({
  name: t.name,
  description: t.description,
  source: `${t.source}, ${tables.source}`,
  reference: t.reference,
  licence: tables.licence,
  fromNm: rangeOf(t)[0],
  toNm: rangeOf(t)[1],
}));

// On photon energy, where the structure of a solid's response is even; made at the first use.
const curves = new Map<string, { readonly n: MonotoneCubic; readonly k: MonotoneCubic }>();

function curvesOf(t: Table): { readonly n: MonotoneCubic; readonly k: MonotoneCubic } {
  const known = curves.get(t.name);
  if (known) return known;
  const energy = t.nm!.map((w) => HC_EV_NM / w).reverse();
  const made = { n: monotoneCubic(energy, [...t.n!].reverse()), k: monotoneCubic(energy, [...t.k!].reverse()) };
  curves.set(t.name, made);
  return made;
}

/**
 * ñ = n + ik of a material of the library. Tables are interpolated by a monotone cubic on photon energy, so that no extremum appears that the table does
 * not have and k stays ≥ 0; formulas are evaluated as published.
 * @param wavelengthNm - shape (w,), vacuum, nm.
 * @returns (w,).
 * @throws AppError `not_found` for an unknown name; `out_of_domain` naming the range: nothing is extrapolated.
 * @reference of every table: {@link Material.reference}; interpolation as `monotoneCubic`.
 */
export function materialIndex(name: string, wavelengthNm: ArrayLike<number>): ComplexArray {
  const t = byName.get(name);
  if (!t)
    throw new AppError('not_found', `no material "${name}"; the library has ${[...byName.keys()].join(', ')}`, {
      material: name,
    });
  requireFinite('wavelengthNm', wavelengthNm);
  const [from, to] = rangeOf(t);
  const out = complexArray(wavelengthNm.length);
  for (let i = 0; i < wavelengthNm.length; i++) {
    const w = wavelengthNm[i]!;
    if (!(w >= from && w <= to))
      throw new AppError(
        'out_of_domain',
        `${name} is known from ${from} to ${to} nm (${t.source}); ${w} nm lies outside and nothing is extrapolated`,
        { material: name, wavelengthNm: w },
      );
    if (t.nm) {
      const c = curvesOf(t);
      const e = Math.min(Math.max(HC_EV_NM / w, c.n.x[0]!), c.n.x[c.n.x.length - 1]!); // the ends, but for rounding
      out.re[i] = evaluateCubic(c.n, e);
      out.im[i] = evaluateCubic(c.k, e);
    } else out.re[i] = formula(t, w * 1e-3);
  }
  return out;
}

/** Dispersion formulas 1 and 5 of the database, λ in µm. */
function formula(t: Table, um: number): number {
  const c = t.coefficients!;
  if (t.formula === 1) {
    let n2 = 1 + c[0]!;
    for (let j = 1; j + 1 < c.length; j += 2) n2 += (c[j]! * um * um) / (um * um - c[j + 1]! * c[j + 1]!);
    return Math.sqrt(n2);
  }
  let n = c[0]!;
  for (let j = 1; j + 1 < c.length; j += 2) n += c[j]! * um ** c[j + 1]!;
  return n;
}
