import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, cdiv, cexp, cmul, complexArray, waveRoot } from '@/lib/numerics';
import { minus, ONE, plus, put, times, ZERO } from './complex-arithmetic';
import { checkFilmStack, type FilmStack } from './thin-film';

/** ∂r of one polarisation. r is analytic in every ñ: ∂r/∂n is the entry, ∂r/∂k is i times it. */
export interface AmplitudeDerivatives {
  readonly r: ComplexArray;
  /** By the thickness of each film, 1/nm. */
  readonly thickness: readonly ComplexArray[];
  /** By ñ of each film. */
  readonly index: readonly ComplexArray[];
  readonly substrate: ComplexArray;
  /** By the angle of incidence, 1/rad. */
  readonly angle: ComplexArray;
}

export interface FilmDerivatives {
  readonly s: AmplitudeDerivatives;
  readonly p: AmplitudeDerivatives;
}

/**
 * r_s and r_p of a film stack with their derivatives by every thickness, index, the substrate and the angle, closed form: Airy's recursion upwards
 * and its adjoint downwards, 2(films + 1) steps in all whatever the number of parameters.
 * @param stack @param wavelengthNm @param angleRad - as `thinFilm`, with the same errors.
 * @throws AppError `out_of_domain` where a wave runs exactly along an interface (k_z = 0): the derivative does not exist there.
 * @complexity O(w · films).
 * @reference Airy's recursion as in `thinFilm`; reverse accumulation: Griewank & Walther, Evaluating Derivatives (2008), §3.2.
 */
export function thinFilmDerivatives(stack: FilmStack, wavelengthNm: ArrayLike<number>, angleRad: number): FilmDerivatives {
  checkFilmStack(stack, wavelengthNm, angleRad);
  const w = wavelengthNm.length;
  const layers = stack.films.length;
  const empty = (): AmplitudeDerivatives => ({
    r: complexArray(w),
    thickness: stack.films.map(() => complexArray(w)),
    index: stack.films.map(() => complexArray(w)),
    substrate: complexArray(w),
    angle: complexArray(w),
  });
  const out = { s: empty(), p: empty() };
  const media = [stack.ambient, ...stack.films.map((f) => f.index), stack.substrate];
  const sin = Math.sin(angleRad);
  for (let i = 0; i < w; i++) {
    const index = media.map((m) => ({ re: m.re[i]!, im: m.im[i]! }));
    const eps = index.map((n) => cmul(n, n));
    const tangential = times(eps[0]!, sin * sin);
    const turn = times(eps[0]!, Math.sin(2 * angleRad));
    const kz = eps.map((e) => waveRoot(minus(e, tangential)));
    if (kz.some((k) => k.re === 0 && k.im === 0))
      throw new AppError('out_of_domain', `wavelengthNm[${i}]: a wave runs along an interface; move the angle a little`, { index: i });
    const k0 = (2 * Math.PI) / wavelengthNm[i]!;
    for (const polarisation of ['s', 'p'] as const) {
      const d = out[polarisation];
      const y = polarisation === 's' ? kz : kz.map((k, j) => cdiv(k, eps[j]!));
      const f = Array.from({ length: layers + 1 }, (_, j) => cdiv(minus(y[j]!, y[j + 1]!), plus(y[j]!, y[j + 1]!)));
      const square = stack.films.map((film, j) => cexp(cmul({ re: 0, im: 2 * k0 * film.thicknessNm }, kz[j + 1]!)));
      const q: Complex[] = new Array<Complex>(layers + 1).fill(ZERO);
      const below: Complex[] = new Array<Complex>(layers + 1).fill(ZERO);
      let r = f[layers]!;
      for (let j = layers - 1; j >= 0; j--) {
        below[j] = r;
        q[j] = cmul(r, square[j]!);
        r = cdiv(plus(f[j]!, q[j]!), plus(ONE, cmul(f[j]!, q[j]!)));
      }
      put(d.r, i, r);
      // the adjoint: g is ∂r/∂r_j of the interface in hand
      const byY: Complex[] = new Array<Complex>(layers + 2).fill(ZERO);
      const byK: Complex[] = new Array<Complex>(layers + 2).fill(ZERO);
      let g: Complex = ONE;
      for (let j = 0; j <= layers; j++) {
        const d2 = cmul(plus(ONE, cmul(f[j]!, q[j]!)), plus(ONE, cmul(f[j]!, q[j]!)));
        const byF = cmul(g, cdiv(minus(ONE, cmul(q[j]!, q[j]!)), d2));
        const sum = plus(y[j]!, y[j + 1]!);
        const c = cdiv(times(byF, 2), cmul(sum, sum));
        byY[j] = plus(byY[j]!, cmul(c, y[j + 1]!));
        byY[j + 1] = minus(byY[j + 1]!, cmul(c, y[j]!));
        if (j === layers) break;
        const byQ = cmul(g, cdiv(minus(ONE, cmul(f[j]!, f[j]!)), d2));
        // q = r′ exp(2i k₀ k_z d)
        const rate = cmul(cmul(byQ, q[j]!), { re: 0, im: 2 * k0 });
        put(d.thickness[j]!, i, cmul(rate, kz[j + 1]!));
        byK[j + 1] = times(rate, stack.films[j]!.thicknessNm);
        g = cmul(byQ, square[j]!);
      }
      let angle = ZERO;
      for (let j = 0; j < layers + 2; j++) {
        const total = plus(byK[j]!, polarisation === 's' ? byY[j]! : cdiv(byY[j]!, eps[j]!));
        const perEps = cdiv(times(total, 0.5), kz[j]!);
        // k_z² = ε − n₀² sin²θ; the TM admittance k_z/ε also holds ε itself
        angle = minus(angle, cmul(perEps, turn));
        const own = polarisation === 's' ? perEps : minus(perEps, cdiv(cmul(byY[j]!, y[j]!), eps[j]!));
        if (j > 0) put(j <= layers ? d.index[j - 1]! : d.substrate, i, cmul(own, times(index[j]!, 2)));
      }
      put(d.angle, i, angle);
    }
  }
  return out;
}
