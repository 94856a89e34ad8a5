import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, cdiv, cmul, complexArray, csqrt } from '@/lib/numerics';

export type MixingRule = 'bruggeman' | 'maxwell-garnett';

/**
 * Permittivity of spherical inclusions (volume fraction f of `guest`) in `host`.
 * Bruggeman: f(εg − ε)/(εg + 2ε) + (1 − f)(εh − ε)/(εh + 2ε) = 0. Of its two roots the physical one is followed from ε = εh at f = 0.
 * Maxwell Garnett: (ε − εh)/(ε + 2εh) = f(εg − εh)/(εg + 2εh).
 * @param host @param guest - ε, same length. @param fraction - 0 ≤ f ≤ 1.
 * @throws AppError `out_of_domain` for f outside [0, 1]; `dimension_mismatch` for unequal lengths.
 * @reference Bruggeman, Ann. Phys. 24 (1935) 636; Garnett, Phil. Trans. A 203 (1904) 385; root choice: Jansson & Arwin, Opt. Commun. 106 (1994) 133.
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

function maxwellGarnett(h: Complex, g: Complex, f: number): Complex {
  const t = cdiv({ re: g.re - h.re, im: g.im - h.im }, { re: g.re + 2 * h.re, im: g.im + 2 * h.im });
  return cmul(h, cdiv({ re: 1 + 2 * f * t.re, im: 2 * f * t.im }, { re: 1 - f * t.re, im: -f * t.im }));
}

function bruggeman(h: Complex, g: Complex, fraction: number): Complex {
  const steps = Math.max(1, Math.ceil(fraction * 64));
  let e = h;
  for (let k = 1; k <= steps; k++) {
    const f = (fraction * k) / steps;
    const b = { re: g.re * (3 * f - 1) + h.re * (2 - 3 * f), im: g.im * (3 * f - 1) + h.im * (2 - 3 * f) };
    const gh = cmul(g, h);
    const b2 = cmul(b, b);
    const s = csqrt({ re: b2.re + 8 * gh.re, im: b2.im + 8 * gh.im });
    // the larger root directly, the other from the product −εg·εh/2
    const sign = b.re * s.re + b.im * s.im < 0 ? -1 : 1;
    const large = { re: 0.25 * (b.re + sign * s.re), im: 0.25 * (b.im + sign * s.im) };
    const small = cdiv({ re: -0.5 * gh.re, im: -0.5 * gh.im }, large);
    const away = (r: Complex): number => Math.hypot(r.re - e.re, r.im - e.im);
    e = away(large) <= away(small) ? large : small;
  }
  return fraction === 0 ? h : e;
}
