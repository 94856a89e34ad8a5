import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, cdiv, cmul, complexArray, csqrt } from '@/lib/numerics';

/** Rule by which two phases become one medium. */
export type MixingRule = 'bruggeman' | 'maxwell-garnett';

/**
 * Permittivity of spherical inclusions (volume fraction f of `guest`) in `host`.
 * Bruggeman: f(εg − ε)/(εg + 2ε) + (1 − f)(εh − ε)/(εh + 2ε) = 0. Of its two roots the passive one.
 * Maxwell Garnett: (ε − εh)/(ε + 2εh) = f(εg − εh)/(εg + 2εh).
 * @param host @param guest - ε, same length.
 * @param fraction - 0 ≤ f ≤ 1.
 * @returns ε of the mixture, as many values as `host`.
 * @throws AppError `out_of_domain` for f outside [0, 1] and at a resonance without loss; `dimension_mismatch` for unequal lengths.
 * @reference Bruggeman, Ann. Phys. 24 (1935) 636; Garnett, Phil. Trans. A 203 (1904) 385; root choice: Jansson & Arwin, Opt. Commun. 106 (1994) 133;
 * Bergman, Phys. Rep. 43 (1978) 377 (ε/εh as a function of εg/εh).
 */
export function effectiveMedium(rule: MixingRule, host: ComplexArray, guest: ComplexArray, fraction: number): ComplexArray {
  if (!(fraction >= 0 && fraction <= 1))
    throw new AppError('out_of_domain', `fraction is ${fraction}; give a volume fraction between 0 and 1`, { field: 'fraction' });
  if (host.re.length !== guest.re.length)
    throw new AppError('dimension_mismatch', `host has ${host.re.length} values, guest ${guest.re.length}`);
  const out = complexArray(host.re.length);
  for (let i = 0; i < host.re.length; i++) {
    const h = { re: host.re[i]!, im: host.im[i]! };
    const g = { re: guest.re[i]!, im: guest.im[i]! };
    const e = rule === 'bruggeman' ? bruggeman(h, g, fraction) : maxwellGarnett(h, g, fraction);
    out.re[i] = e.re;
    out.im[i] = e.im;
  }
  return out;
}

// As one quotient, which stays finite where the sphere alone resonates (εg = −2εh).
function maxwellGarnett(h: Complex, g: Complex, f: number): Complex {
  const of = (a: number, b: number): Complex => ({ re: a * g.re + b * h.re, im: a * g.im + b * h.im });
  const below = of(1 - f, 2 + f);
  if (below.re === 0 && below.im === 0)
    throw new AppError(
      'out_of_domain',
      `Maxwell Garnett has no finite permittivity at fraction ${f} of ε = ${g.re} in ε = ${h.re}: the resonance has no loss; give both materials theirs`,
      { field: 'fraction' },
    );
  return cmul(h, cdiv(of(1 + 2 * f, 2 - 2 * f), below));
}

/**
 * The root of 2ε² − bε − εg εh = 0, b = (3f − 1)εg + (2 − 3f)εh, that a composite of passive materials has. With r = εg/εh and e = ε/εh both branch points
 * lie on the negative axis of r, so that e keeps to one half-plane while r does: e is on the side of r, the other root on the other side.
 * On the real axis it is the limit from there: Im e > 0, or, where both roots are real, the one that rises with r.
 */
function bruggeman(h: Complex, g: Complex, f: number): Complex {
  if (f === 0) return h;
  if (f === 1) return g;
  if (h.re === 0 && h.im === 0) return g.re === 0 && g.im === 0 ? h : bruggeman(g, h, 1 - f);
  const r = cdiv(g, h);
  // losses of h turn r the other way than those of g: where both are real, the side is that of h
  const side = r.im > 0 || (r.im === 0 && h.re > 0) ? 1 : -1;
  const [x, y] = [r.re, side * r.im];
  const b = { re: (3 * f - 1) * x + 2 - 3 * f, im: (3 * f - 1) * y };
  const b2 = cmul(b, b);
  const s = csqrt({ re: b2.re + 8 * x, im: b2.im + 8 * y });
  // the larger root directly, the other from the product −r/2
  const sign = b.re * s.re + b.im * s.im < 0 ? -1 : 1;
  const large = { re: 0.25 * (b.re + sign * s.re), im: 0.25 * (b.im + sign * s.im) };
  const small = large.re === 0 && large.im === 0 ? large : cdiv({ re: -0.5 * x, im: -0.5 * y }, large);
  const apart = large.im - small.im;
  const isLarge =
    Math.abs(apart) > 1e-9 * Math.hypot(large.re - small.re, apart) ? apart > 0 : slope(large, b, f) >= slope(small, b, f);
  const e = isLarge ? large : small;
  return cmul(h, { re: e.re, im: side * e.im });
}

/** Re de/dr of a root e. */
const slope = (e: Complex, b: Complex, f: number): number =>
  cdiv({ re: (3 * f - 1) * e.re + 1, im: (3 * f - 1) * e.im }, { re: 4 * e.re - b.re, im: 4 * e.im - b.im }).re;
