import { AppError } from '@/lib/errors';
import { type ComplexArray, complexArray, gaussLegendre, type QuadratureRule, requireFinite } from '@/lib/numerics';

/** One trapezoid of a line, from bottom to top. Side-wall angles (rad) are measured inside the line: π/2 vertical, above it undercut. */
export interface Trapezoid {
  readonly heightNm: number;
  readonly leftAngleRad: number;
  readonly rightAngleRad: number;
  /** Scattering contrast to the surroundings, any unit; it carries into F. */
  readonly contrast: number;
}

/** A line cross-section: its bottom edge is centred on x = 0 at z = 0; each trapezoid starts where the one below ends. */
export interface LineProfile {
  readonly bottomCdNm: number;
  readonly trapezoids: readonly Trapezoid[];
}

/** Scale, background and disorder of a CD-SAXS intensity. */
export interface CdSaxsOptions {
  /** Factor of |F|². Default 1. */
  readonly i0?: number;
  /** Added to the intensity, in its unit. Default 0. */
  readonly background?: number;
  /** Debye–Waller lengths: I ∝ exp(−(q_x σ_x)² − (q_z σ_z)²). */
  readonly sigmaXNm?: number;
  readonly sigmaZNm?: number;
}

/** Below this |q_x|·width the closed form loses digits, and the smooth z integral is taken instead. */
export const SMALL_QX_WIDTH = 1e-3;

/**
 * Form amplitude F(q_x, q_z) = Σ contrast ∫∫ exp(−i(q_x x + q_z z)) dx dz of a stack of trapezoids, nm².
 * Closed form per layer: h/(i q_x)·[E(x_left) − E(x_right)], E = exp(−i·mean phase)·sinc(half the phase difference) along an edge: no singularity at
 * q_z = ±q_x cot(angle) or at vertical walls. Near q_x = 0 Gauss–Legendre in z.
 * @param qxPerNm @param qzPerNm - same length, 1/nm; NaN is refused.
 * @returns F, (q,), contrast·nm².
 * @throws AppError `invalid_input` for a height ≤ 0, an angle outside (0, π), a line whose edges cross, or unequal q arrays.
 * @reference Hu, Jones, Wu et al., J. Appl. Phys. 96 (2004) 1983; Sunday et al., J. Micro/Nanolith. MEMS MOEMS 14 (2015) 014001.
 */
export function trapezoidAmplitude(line: LineProfile, qxPerNm: ArrayLike<number>, qzPerNm: ArrayLike<number>): ComplexArray {
  const n = qxPerNm.length;
  if (qzPerNm.length !== n) throw new AppError('invalid_input', `qxPerNm has ${n} values, qzPerNm ${qzPerNm.length}; give pairs`);
  requireFinite('qxPerNm', qxPerNm);
  requireFinite('qzPerNm', qzPerNm);
  const edges = edgesOf(line);
  const out = complexArray(n);
  for (const e of edges) {
    for (let i = 0; i < n; i++) {
      const qx = qxPerNm[i]!;
      const qz = qzPerNm[i]!;
      if (Math.abs(qx) * e.widest < SMALL_QX_WIDTH) slab(e, qx, qz, out, i);
      else {
        const a = 0.5 * qz * e.height;
        const middle = qz * e.z + a;
        const fl = Math.cos(0.5 * qx * (e.l0 + e.l1) + middle);
        const gl = -Math.sin(0.5 * qx * (e.l0 + e.l1) + middle);
        const fr = Math.cos(0.5 * qx * (e.r0 + e.r1) + middle);
        const gr = -Math.sin(0.5 * qx * (e.r0 + e.r1) + middle);
        const sl = sinc(0.5 * qx * (e.l1 - e.l0) + a);
        const sr = sinc(0.5 * qx * (e.r1 - e.r0) + a);
        // (d)·(h contrast)/(−i q_x)·(−1): E_right − E_left over −i q_x
        const c = (e.contrast * e.height) / qx;
        out.re[i]! -= c * (gr * sr - gl * sl);
        out.im[i]! += c * (fr * sr - fl * sl);
      }
    }
  }
  return out;
}

/**
 * Intensity i0·|F|²·exp(−(q_x σ_x)² − (q_z σ_z)²) + background of a line grating.
 * @param qxPerNm - (q,), 1/nm; `qzPerNm` likewise.
 * @returns I, (q,), unit of i0·contrast²·nm⁴.
 * @throws as {@link trapezoidAmplitude}.
 * @reference as {@link trapezoidAmplitude}.
 */
export function cdSaxs(
  line: LineProfile,
  qxPerNm: ArrayLike<number>,
  qzPerNm: ArrayLike<number>,
  o: CdSaxsOptions = {},
): Float64Array {
  const f = trapezoidAmplitude(line, qxPerNm, qzPerNm);
  const sx = o.sigmaXNm ?? 0;
  const sz = o.sigmaZNm ?? 0;
  const i0 = o.i0 ?? 1;
  const background = o.background ?? 0;
  return f.re.map((re, i) => {
    const im = f.im[i]!;
    const damping = Math.exp(-((qxPerNm[i]! * sx) ** 2) - (qzPerNm[i]! * sz) ** 2);
    return i0 * (re * re + im * im) * damping + background;
  });
}

/** One trapezoid in place: left and right edge at its bottom (0) and top (1), z of its bottom; nm. */
export interface Edges {
  readonly l0: number;
  readonly l1: number;
  readonly r0: number;
  readonly r1: number;
  readonly z: number;
  /** nm. */
  readonly height: number;
  /** As of the trapezoid. */
  readonly contrast: number;
  /** Larger of the widths at bottom and top. */
  readonly widest: number;
}

/** Edges of every trapezoid in place, from the bottom, nm. @returns one entry a trapezoid, nm. @throws AppError as {@link trapezoidAmplitude}. */
export function edgesOf(line: LineProfile): Edges[] {
  if (!(line.bottomCdNm > 0))
    throw new AppError('invalid_input', `bottomCdNm is ${line.bottomCdNm}; give a positive width`, { field: 'bottomCdNm' });
  let l = -0.5 * line.bottomCdNm;
  let r = 0.5 * line.bottomCdNm;
  let z = 0;
  return line.trapezoids.map((t, i) => {
    const inside = (a: number): boolean => a > 0 && a < Math.PI;
    if (!(t.heightNm > 0) || !inside(t.leftAngleRad) || !inside(t.rightAngleRad) || !Number.isFinite(t.contrast))
      throw new AppError('invalid_input', `trapezoids[${i}]: height must be positive and side-wall angles between 0 and π`, {
        index: i,
      });
    const l1 = l + (t.heightNm * Math.cos(t.leftAngleRad)) / Math.sin(t.leftAngleRad);
    const r1 = r - (t.heightNm * Math.cos(t.rightAngleRad)) / Math.sin(t.rightAngleRad);
    // walls that meet at the top of a triangle may cross by rounding
    if (r1 < l1 - 1e-9 * line.bottomCdNm)
      throw new AppError(
        'invalid_input',
        `trapezoids[${i}]: the edges cross below its top; raise the side-wall angle or lower the height`,
        {
          index: i,
        },
      );
    const e = { l0: l, l1, r0: r, r1, z, height: t.heightNm, contrast: t.contrast, widest: Math.max(r - l, r1 - l1) };
    l = l1;
    r = r1;
    z += t.heightNm;
    return e;
  });
}

/** Phase, rad, that one Gauss–Legendre rule follows; a longer one is cut into panels, so that the nodes cost no more than their number. */
const PANEL = 64;
/** q_z·height beyond which no curve has a point: 10 µm at 100 1/nm. */
const MOST_PHASE = 1e6;

/**
 * Rule on [−1, 1] along z that follows exp(−i q_z z).
 * @param phase - q_z·height, rad.
 * @throws AppError `out_of_domain` beyond any measurement.
 */
export function slabRule(phase: number): QuadratureRule {
  const size = Math.abs(phase);
  const panels = Math.max(1, Math.ceil(size / PANEL));
  const one = gaussLegendre(8 * Math.ceil((16 + 0.6 * (size / panels)) / 8));
  if (panels === 1) return one;
  if (size > MOST_PHASE)
    throw new AppError(
      'out_of_domain',
      `qzPerNm: q_z·height is ${size.toPrecision(3)} rad at q_x = 0; give q in 1/nm and heights in nm`,
      {
        field: 'qzPerNm',
      },
    );
  const n = one.nodes.length;
  const nodes = new Float64Array(panels * n);
  const weights = new Float64Array(panels * n);
  for (let p = 0; p < panels; p++)
    for (let k = 0; k < n; k++) {
      nodes[p * n + k] = (2 * p + 1 + one.nodes[k]!) / panels - 1;
      weights[p * n + k] = one.weights[k]! / panels;
    }
  return { nodes, weights };
}

function slab(e: Edges, qx: number, qz: number, out: ComplexArray, i: number): void {
  const { nodes, weights } = slabRule(qz * e.height);
  for (let k = 0; k < nodes.length; k++) {
    const t = 0.5 * (1 + nodes[k]!);
    const left = e.l0 + (e.l1 - e.l0) * t;
    const right = e.r0 + (e.r1 - e.r0) * t;
    const w = 0.5 * weights[k]! * e.height * e.contrast * (right - left) * sinc(0.5 * qx * (right - left));
    const phase = 0.5 * qx * (left + right) + qz * (e.z + t * e.height);
    out.re[i]! += w * Math.cos(phase);
    out.im[i]! -= w * Math.sin(phase);
  }
}

/** sin(x)/x, 1 at 0. */
export const sinc = (x: number): number => (Math.abs(x) < 1e-4 ? 1 - (x * x) / 6 : Math.sin(x) / x);
