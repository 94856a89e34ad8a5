import { type Complex, type ComplexArray, cmul, complexArray } from '@/lib/numerics';
import { minus, plus, put, times, ZERO } from '@/lib/optics';
import {
  type CdSaxsOptions,
  type Edges,
  edgesOf,
  type LineProfile,
  SMALL_QX_WIDTH,
  sinc,
  slabRule,
  trapezoidAmplitude,
} from './cd-saxs';

/** ∂ of an amplitude (complex) or an intensity (real) of a stack of trapezoids; lists follow the trapezoids from the bottom. */
export interface LineDerivatives<T> {
  /** By the bottom width, 1/nm. */
  readonly bottomCd: T;
  /** By the height of each trapezoid, 1/nm. */
  readonly height: readonly T[];
  /** 1/rad. */
  readonly leftAngle: readonly T[];
  /** 1/rad. */
  readonly rightAngle: readonly T[];
  /** 1/unit of the contrast. */
  readonly contrast: readonly T[];
}

/** Partial derivatives of one trapezoid's amplitude. */
interface Partials {
  l0: Complex;
  l1: Complex;
  r0: Complex;
  r1: Complex;
  z: Complex;
  h: Complex;
  contrast: Complex;
}

/**
 * F with its derivatives by the bottom width, heights, side-wall angles and contrasts, closed form. An edge that moves carries everything above it.
 * @param qxPerNm - (q,), 1/nm; `qzPerNm` likewise.
 * @returns F (contrast·nm²) and ∂F, (q,) each.
 * @throws as `trapezoidAmplitude`.
 * @complexity O(q · trapezoids), about three amplitudes.
 */
export function trapezoidDerivatives(
  line: LineProfile,
  qxPerNm: ArrayLike<number>,
  qzPerNm: ArrayLike<number>,
): LineDerivatives<ComplexArray> & { readonly amplitude: ComplexArray } {
  const amplitude = trapezoidAmplitude(line, qxPerNm, qzPerNm);
  const edges = edgesOf(line);
  const n = qxPerNm.length;
  const empty = (): ComplexArray[] => edges.map(() => complexArray(n));
  const out = {
    amplitude,
    bottomCd: complexArray(n),
    height: empty(),
    leftAngle: empty(),
    rightAngle: empty(),
    contrast: empty(),
  };
  for (let i = 0; i < n; i++) {
    // sums over the trapezoids above
    let left = ZERO;
    let right = ZERO;
    let lift = ZERO;
    for (let j = edges.length - 1; j >= 0; j--) {
      const e = edges[j]!;
      const t = line.trapezoids[j]!;
      const d = partials(e, qxPerNm[i]!, qzPerNm[i]!);
      const l = plus(d.l1, left);
      const r = plus(d.r1, right);
      const [sinL, sinR] = [Math.sin(t.leftAngleRad), Math.sin(t.rightAngleRad)];
      const lean = minus(times(l, Math.cos(t.leftAngleRad) / sinL), times(r, Math.cos(t.rightAngleRad) / sinR));
      put(out.height[j]!, i, plus(plus(d.h, lift), lean));
      put(out.leftAngle[j]!, i, times(l, -e.height / (sinL * sinL)));
      put(out.rightAngle[j]!, i, times(r, e.height / (sinR * sinR)));
      put(out.contrast[j]!, i, d.contrast);
      left = plus(l, d.l0);
      right = plus(r, d.r0);
      lift = plus(lift, d.z);
    }
    put(out.bottomCd, i, times(minus(right, left), 0.5));
  }
  return out;
}

function partials(e: Edges, qx: number, qz: number): Partials {
  return Math.abs(qx) * e.widest < SMALL_QX_WIDTH ? slabPartials(e, qx, qz) : closedPartials(e, qx, qz);
}

// F = i c h/q_x (G_r − G_l), G = exp(−iφ) sinc u along an edge.
function closedPartials(e: Edges, qx: number, qz: number): Partials {
  const a = 0.5 * qz * e.height;
  const edge = (x0: number, x1: number) => {
    const phase = 0.5 * qx * (x0 + x1) + qz * e.z + a;
    const u = 0.5 * qx * (x1 - x0) + a;
    const s = sinc(u);
    // sinc′
    const ds = Math.abs(u) < 1e-2 ? -u / 3 + u ** 3 / 30 - u ** 5 / 840 : (Math.cos(u) - s) / u;
    const wave = { re: Math.cos(phase), im: -Math.sin(phase) };
    const of = (byPhase: number, byU: number): Complex => cmul(wave, { re: byU * ds, im: -byPhase * s });
    const half = 0.5 * qx;
    return { g: times(wave, s), x0: of(half, -half), x1: of(half, half), h: of(0.5 * qz, 0.5 * qz), z: of(qz, 0) };
  };
  const l = edge(e.l0, e.l1);
  const r = edge(e.r0, e.r1);
  const scale = { re: 0, im: (e.contrast * e.height) / qx };
  const unit = cmul({ re: 0, im: 1 / qx }, minus(r.g, l.g));
  return {
    l0: times(cmul(scale, l.x0), -1),
    l1: times(cmul(scale, l.x1), -1),
    r0: cmul(scale, r.x0),
    r1: cmul(scale, r.x1),
    z: cmul(scale, minus(r.z, l.z)),
    h: plus(times(unit, e.contrast), cmul(scale, minus(r.h, l.h))),
    contrast: times(unit, e.height),
  };
}

function slabPartials(e: Edges, qx: number, qz: number): Partials {
  const { nodes, weights } = slabRule(qz * e.height);
  const out: Partials = { l0: ZERO, l1: ZERO, r0: ZERO, r1: ZERO, z: ZERO, h: ZERO, contrast: ZERO };
  for (let k = 0; k < nodes.length; k++) {
    const t = 0.5 * (1 + nodes[k]!);
    const l = e.l0 + (e.l1 - e.l0) * t;
    const r = e.r0 + (e.r1 - e.r0) * t;
    const w = 0.5 * weights[k]!;
    const wave = (x: number, size: number): Complex => {
      const phase = qx * x + qz * (e.z + t * e.height);
      return { re: size * Math.cos(phase), im: -size * Math.sin(phase) };
    };
    const c = e.contrast * e.height;
    const onL = wave(l, -w * c);
    const onR = wave(r, w * c);
    const inside = wave(0.5 * (l + r), w * (r - l) * sinc(0.5 * qx * (r - l)));
    out.l0 = plus(out.l0, times(onL, 1 - t));
    out.l1 = plus(out.l1, times(onL, t));
    out.r0 = plus(out.r0, times(onR, 1 - t));
    out.r1 = plus(out.r1, times(onR, t));
    out.z = plus(out.z, cmul(inside, { re: 0, im: -qz * c }));
    out.h = plus(out.h, cmul(inside, { re: e.contrast, im: -qz * t * c }));
    out.contrast = plus(out.contrast, times(inside, e.height));
  }
  return out;
}

/** Intensity of CD-SAXS with its derivatives, (q,) each. */
export interface CdSaxsDerivatives extends LineDerivatives<Float64Array> {
  /** Unit of i0·F². */
  readonly intensity: Float64Array;
  readonly i0: Float64Array;
  readonly background: Float64Array;
  /** 1/nm. */
  readonly sigmaX: Float64Array;
  /** 1/nm. */
  readonly sigmaZ: Float64Array;
}

/**
 * `cdSaxs` with its derivatives by every parameter.
 * @param qxPerNm - (q,), 1/nm; `qzPerNm` likewise.
 * @returns I and ∂I, (q,) each.
 * @throws as `cdSaxs`.
 */
export function cdSaxsDerivatives(
  line: LineProfile,
  qxPerNm: ArrayLike<number>,
  qzPerNm: ArrayLike<number>,
  o: CdSaxsOptions = {},
): CdSaxsDerivatives {
  const d = trapezoidDerivatives(line, qxPerNm, qzPerNm);
  const f = d.amplitude;
  const [sx, sz, i0] = [o.sigmaXNm ?? 0, o.sigmaZNm ?? 0, o.i0 ?? 1];
  const damping = Float64Array.from(f.re, (_, i) => Math.exp(-((qxPerNm[i]! * sx) ** 2) - (qzPerNm[i]! * sz) ** 2));
  const size = f.re.map((re, i) => (re * re + f.im[i]! ** 2) * damping[i]!);
  const real = (v: ComplexArray): Float64Array =>
    v.re.map((re, i) => 2 * i0 * damping[i]! * (re * f.re[i]! + v.im[i]! * f.im[i]!));
  return {
    intensity: size.map((v) => i0 * v + (o.background ?? 0)),
    bottomCd: real(d.bottomCd),
    height: d.height.map(real),
    leftAngle: d.leftAngle.map(real),
    rightAngle: d.rightAngle.map(real),
    contrast: d.contrast.map(real),
    i0: size,
    background: new Float64Array(f.re.length).fill(1),
    sigmaX: size.map((v, i) => -2 * i0 * sx * qxPerNm[i]! ** 2 * v),
    sigmaZ: size.map((v, i) => -2 * i0 * sz * qzPerNm[i]! ** 2 * v),
  };
}
