import { AppError } from '@/lib/errors';
import { type Complex, cdiv, cexp, cmul, waveRoot } from '@/lib/numerics';
import { minus, ONE, plus, times, ZERO } from '@/lib/optics';
import { type IndexSlab, type Instrument, indexProfile, type Profile, type SldSlab, seen, sldProfile } from './reflectivity';

/** Reflectivity with its derivatives; every array follows q. Slabs in the order given; thickness of fronting and backing and roughness of the fronting are 0. */
export interface ReflectivityDerivatives {
  readonly reflectivity: Float64Array;
  /** 1/Å. */
  readonly thickness: readonly Float64Array[];
  /** By sld or δ of each slab. */
  readonly real: readonly Float64Array[];
  /** By isld or β of each slab; that of a fronting medium is 0, because the model takes it as transparent. */
  readonly imaginary: readonly Float64Array[];
  /** By the roughness of each slab's upper interface, 1/Å. */
  readonly roughness: readonly Float64Array[];
  readonly scale: Float64Array;
  readonly background: Float64Array;
}

/**
 * `reflectivityFromSld` with derivatives by every parameter of every slab, scale and background: Parratt's recursion and its adjoint.
 * @throws as `reflectivityFromSld`; `out_of_domain` exactly at a critical edge (k = 0 in a slab), where R has a vertical tangent: move q or smear.
 * @complexity O(q · slabs · resolution points), about four reflectivities.
 * @reference Parratt, Phys. Rev. 95 (1954) 359; reverse accumulation: Griewank & Walther, Evaluating Derivatives (2008), §3.2.
 */
export function reflectivityDerivativesFromSld(
  slabs: readonly SldSlab[],
  qPerA: ArrayLike<number>,
  instrument: Instrument = {},
): ReflectivityDerivatives {
  const p = sldProfile(slabs);
  const c = 4e-6 * Math.PI;
  return assemble(p, qPerA, instrument, () => ({ realByReal: c, realByImaginary: 0, imaginaryByReal: 0, imaginaryByImaginary: -c }));
}

/** The same for `reflectivityFromIndex`: `real` is by δ, `imaginary` by β. */
export function reflectivityDerivativesFromIndex(
  slabs: readonly IndexSlab[],
  wavelengthA: number,
  qPerA: ArrayLike<number>,
  instrument: Instrument = {},
): ReflectivityDerivatives {
  const p = indexProfile(slabs, wavelengthA);
  const k2 = ((2 * Math.PI) / wavelengthA) ** 2;
  return assemble(p, qPerA, instrument, (j) => {
    const { delta, beta } = slabs[j]!;
    return {
      realByReal: 2 * k2 * (1 - delta),
      realByImaginary: 2 * k2 * beta,
      imaginaryByReal: 2 * k2 * beta,
      imaginaryByImaginary: -2 * k2 * (1 - delta),
    };
  });
}

/** How the constants c of a slab follow its density. */
interface Chain {
  readonly realByReal: number;
  readonly realByImaginary: number;
  readonly imaginaryByReal: number;
  readonly imaginaryByImaginary: number;
}

function assemble(p: Profile, qPerA: ArrayLike<number>, o: Instrument, chain: (slab: number) => Chain): ReflectivityDerivatives {
  const n = p.cr.length;
  const curves = seen(p, qPerA, o, (q) => parrattDerivatives(p, q));
  const part = (k: number): Float64Array[] => curves.slice(1 + k * n, 1 + (k + 1) * n);
  const [byCr, byCi, thickness, roughness] = [part(0), part(1), part(2), part(3)];
  const mix = (a: Float64Array, x: number, b: Float64Array, y: number): Float64Array => a.map((v, i) => x * v + y * b[i]!);
  const sum = byCr[0]!.map((_, i) => byCr.reduce((s, v) => s + v[i]!, 0));
  const own = (j: number, by: 'Real' | 'Imaginary'): Float64Array => {
    const c = chain(j);
    // densities are relative to the fronting medium, which therefore moves all others
    if (j === 0) return sum.map((v) => -(by === 'Real' ? c.realByReal : c.realByImaginary) * v);
    return mix(byCr[j]!, c[`realBy${by}`], byCi[j]!, c[`imaginaryBy${by}`]);
  };
  const background = o.background ?? 0;
  const scale = o.scale ?? 1;
  const unit = curves[0]!;
  return {
    reflectivity: unit.map((v) => v + background),
    thickness,
    real: byCr.map((_, j) => own(j, 'Real')),
    imaginary: byCr.map((_, j) => own(j, 'Imaginary')),
    roughness,
    scale: scale === 0 ? seen(p, qPerA, { ...o, scale: 1 }, (q) => parrattDerivatives(p, q))[0]! : unit.map((v) => v / scale),
    background: new Float64Array(qPerA.length).fill(1),
  };
}

// R, then ∂R by Re c, Im c, thickness and roughness of every slab.
function parrattDerivatives(p: Profile, q: ArrayLike<number>): Float64Array[] {
  const n = p.cr.length;
  const out = Array.from({ length: 1 + 4 * n }, () => new Float64Array(q.length));
  const k: Complex[] = new Array<Complex>(n).fill(ZERO);
  const f: Complex[] = new Array<Complex>(n).fill(ZERO);
  const damping: Complex[] = new Array<Complex>(n).fill(ONE);
  const under: Complex[] = new Array<Complex>(n).fill(ZERO);
  const square: Complex[] = new Array<Complex>(n).fill(ONE);
  const byK: Complex[] = new Array<Complex>(n).fill(ZERO);
  for (let i = 0; i < q.length; i++) {
    const q4 = 0.25 * q[i]! * q[i]!;
    for (let j = 0; j < n; j++) {
      k[j] = waveRoot({ re: q4 - p.cr[j]!, im: -p.ci[j]! });
      byK[j] = ZERO;
      if (j > 0 && k[j]!.re === 0 && k[j]!.im === 0 && (p.cr[j] !== 0 || p.ci[j] !== 0))
        throw new AppError('out_of_domain', `q = ${q[i]} is the critical edge of slab ${j}; move it a little`, { index: i, slab: j });
    }
    if (q4 === 0) {
      // total reflection from every stack: R = 1, flat in all parameters
      out[0]![i] = 1;
      continue;
    }
    let r = ZERO;
    for (let j = n - 2; j >= 0; j--) {
      const sum = plus(k[j]!, k[j + 1]!);
      const s2 = p.sigma[j + 1]! ** 2;
      damping[j] = s2 === 0 ? ONE : cexp(times(cmul(k[j]!, k[j + 1]!), -2 * s2));
      f[j] = cmul(cdiv(minus(k[j]!, k[j + 1]!), sum), damping[j]!);
      square[j] = p.thickness[j + 1]! === 0 ? ONE : cexp(cmul({ re: 0, im: 2 * p.thickness[j + 1]! }, k[j + 1]!));
      under[j] = cmul(r, square[j]!);
      r = cdiv(plus(f[j]!, under[j]!), plus(ONE, cmul(f[j]!, under[j]!)));
    }
    out[0]![i] = r.re * r.re + r.im * r.im;
    const conjugate = { re: r.re, im: -r.im };
    const real = (d: Complex): number => 2 * (conjugate.re * d.re - conjugate.im * d.im);
    let g = ONE;
    for (let j = 0; j < n - 1; j++) {
      const u = under[j]!;
      const d = plus(ONE, cmul(f[j]!, u));
      const d2 = cmul(d, d);
      const byF = cmul(g, cdiv(minus(ONE, cmul(u, u)), d2));
      const byU = cmul(g, cdiv(minus(ONE, cmul(f[j]!, f[j]!)), d2));
      const [a, b] = [k[j]!, k[j + 1]!];
      const s2 = p.sigma[j + 1]! ** 2;
      const fresnel = cdiv(times(cmul(byF, damping[j]!), 2), cmul(plus(a, b), plus(a, b)));
      const rough = times(cmul(byF, f[j]!), -2 * s2);
      byK[j] = plus(byK[j]!, plus(cmul(fresnel, b), cmul(rough, b)));
      byK[j + 1] = plus(byK[j + 1]!, minus(cmul(rough, a), cmul(fresnel, a)));
      out[1 + 3 * n + j + 1]![i] = real(times(cmul(cmul(byF, f[j]!), cmul(a, b)), -4 * p.sigma[j + 1]!));
      const rate = cmul(cmul(byU, u), { re: 0, im: 2 });
      out[1 + 2 * n + j + 1]![i] = j + 1 < n - 1 ? real(cmul(rate, b)) : 0;
      byK[j + 1] = plus(byK[j + 1]!, times(rate, p.thickness[j + 1]!));
      g = cmul(byU, square[j]!);
    }
    for (let j = 1; j < n; j++) {
      const byC = cdiv(times(byK[j]!, -0.5), k[j]!);
      out[1 + j]![i] = real(byC);
      out[1 + n + j]![i] = real(cmul(byC, { re: 0, im: 1 }));
    }
  }
  return out;
}
