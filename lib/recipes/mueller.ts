import type { Complex, ComplexArray } from '@/lib/numerics';
import { type Jones, muellerFromJones, muellerIsotropic, ncs } from '@/lib/optics';
import { ncsDerivative, type Reflection } from './reflection';

const at = (a: ComplexArray, i: number): Complex => ({ re: a.re[i]!, im: a.im[i]! });
const ZERO: Complex = { re: 0, im: 0 };

const jonesAt = (r: Reflection, i: number): Jones => ({
  pp: at(r.rp, i),
  ss: at(r.rs, i),
  ps: r.turned ? at(r.turned.ps, i) : ZERO,
  sp: r.turned ? at(r.turned.sp, i) : ZERO,
});

/** Where p and s stay apart each element is one of 1, N, C, S with a sign, or 0: its constant part and its factors of N, C and S. */
function linearIn(place: number): { constant: number; n: number; c: number; s: number } {
  const constant = muellerIsotropic(0, 0, 0)[place]!;
  const slope = (n: number, c: number, s: number): number => muellerIsotropic(n, c, s)[place]! - constant;
  return { constant, n: slope(1, 0, 0), c: slope(0, 1, 0), s: slope(0, 0, 1) };
}

const combine = (f: { n: number; c: number; s: number }, v: Record<'n' | 'c' | 's', Float64Array>, constant: number) =>
  v.n.map((n, i) => constant + f.n * n + f.c * v.c[i]! + f.s * v.s[i]!);

// One matrix serves all channels of an incidence.
const matrices = new WeakMap<Reflection, Float64Array>();

/** Mueller matrices of every wavelength, (points, 16), not normalised. */
function matricesOf(r: Reflection): Float64Array {
  const known = matrices.get(r);
  if (known) return known;
  const made = new Float64Array(16 * r.rs.re.length);
  for (let i = 0; i < r.rs.re.length; i++) made.set(muellerFromJones(jonesAt(r, i)), 16 * i);
  matrices.set(r, made);
  return made;
}

/**
 * An element of the Mueller matrix over m11 at every wavelength.
 * @param place - in the row-major matrix.
 */
export function muellerElement(place: number, r: Reflection): Float64Array {
  if (!r.turned) {
    const f = linearIn(place);
    return combine(f, ncs(r.rp, r.rs), f.constant);
  }
  const m = matricesOf(r);
  return r.rs.re.map((_, i) => m[16 * i + place]! / m[16 * i]!);
}

/**
 * Its derivative by one parameter. The matrix M is quadratic in the Jones matrix J, so that ∂M = (M(J + h∂J) − M(J − h∂J))/2h is exact for every h; ∂(m/m11) by the
 * rule of the quotient.
 * @param d - derivatives of the amplitudes.
 */
export function muellerElementDerivative(place: number, r: Reflection, d: Reflection): Float64Array {
  if (!r.turned) return combine(linearIn(place), ncsDerivative(r, d), 0);
  const m = matricesOf(r);
  const dm = changesOf(r, d);
  return r.rs.re.map((_, i) => (dm[16 * i + place]! - (m[16 * i + place]! / m[16 * i]!) * dm[16 * i]!) / m[16 * i]!);
}

const changes = new WeakMap<Reflection, Float64Array>();

/** ∂M of every wavelength, (points, 16); `d` belongs to one reflection. */
function changesOf(r: Reflection, d: Reflection): Float64Array {
  const known = changes.get(d);
  if (known) return known;
  const points = r.rs.re.length;
  const made = new Float64Array(16 * points);
  for (let i = 0; i < points; i++) {
    const [j, dj] = [jonesAt(r, i), jonesAt(d, i)];
    const [size, change] = [norm(j), norm(dj)];
    if (change === 0) continue;
    // a step of the size of J itself: no digits are lost in the difference
    const h = size / change || 1;
    const [up, down] = [muellerFromJones(along(j, dj, h)), muellerFromJones(along(j, dj, -h))];
    for (let k = 0; k < 16; k++) made[16 * i + k] = (up[k]! - down[k]!) / (2 * h);
  }
  changes.set(d, made);
  return made;
}

const norm = (j: Jones): number => Math.hypot(j.pp.re, j.pp.im, j.ps.re, j.ps.im, j.sp.re, j.sp.im, j.ss.re, j.ss.im);

function along(j: Jones, d: Jones, h: number): Jones {
  const add = (a: Complex, b: Complex): Complex => ({ re: a.re + h * b.re, im: a.im + h * b.im });
  return { pp: add(j.pp, d.pp), ps: add(j.ps, d.ps), sp: add(j.sp, d.sp), ss: add(j.ss, d.ss) };
}
