import { AppError } from '@/lib/errors';
import { gaussLegendre, type Layers, layeredReflectivity, requireFinite } from '@/lib/numerics';

/** Slabs from the fronting medium to the backing; thickness of the first and last is ignored. */
export interface SldSlab {
  readonly thicknessA: number;
  /** Real scattering length density, 1e-6/Å². */
  readonly sld: number;
  /** Imaginary part, 1e-6/Å²; positive absorbs. */
  readonly isld: number;
  /** Gaussian standard deviation (Å) of the slab's upper interface. */
  readonly roughnessTopA: number;
}

/** The same with the refractive index n = 1 − δ + iβ. */
export interface IndexSlab {
  readonly thicknessA: number;
  /** δ, dimensionless. */
  readonly delta: number;
  /** β, dimensionless; positive absorbs. */
  readonly beta: number;
  readonly roughnessTopA: number;
}

/** Spread of q of an instrument. */
export interface Resolution {
  /** Standard deviation of q (1/Å) at each point. */
  readonly sigmaPerA: ArrayLike<number>;
  /** Gauss–Legendre points over ±3.5 σ. Default 121, and where the fringes of the whole stack are narrower than that resolves, as many as they need. */
  readonly points?: number;
  /** Divide by the weight 0.99953 of the cut Gaussian. Default false, as in the ORSO set. */
  readonly normalised?: boolean;
}

/** What an instrument adds to a reflectivity. */
export interface Instrument {
  /** Factor of R, dimensionless. Default 1. */
  readonly scale?: number;
  /** Added to R, dimensionless. Default 0. */
  readonly background?: number;
  readonly resolution?: Resolution;
  /** Over-illumination: beam width over sample length, w/L, so that the factor is min(1, sin θ·L/w); needs the wavelength. */
  readonly footprint?: { readonly beamOverSample: number; readonly wavelengthA: number };
}

/** k_z,j² = q²/4 − c_j: the constants of every slab relative to the fronting medium, 1/Å²; thickness and roughness in Å. */
export type Profile = Layers;

const CUT = 3.5;

/**
 * SLD (1e-6/Å²) of δ or β at a wavelength in Å: 2π δ/λ².
 * @param delta - δ or β, dimensionless.
 * @param wavelengthA - Å.
 * @returns 1e-6/Å².
 * @reference Als-Nielsen & McMorrow, Elements of Modern X-Ray Physics, 2nd ed. (2011), ch. 3.
 */
export function sldFromDelta(delta: number, wavelengthA: number): number {
  return (2 * Math.PI * delta * 1e6) / (wavelengthA * wavelengthA);
}

/**
 * Specular reflectivity of slabs given as scattering length densities, n² = 1 − 2δ + 2iβ, with Névot–Croce roughness.
 * k_j² = q²/4 − 4π(ρ_j − ρ_0 − iρ″_j)·1e-6, Im k ≥ 0; R = |r|² from Parratt's recursion.
 * @param slabs - at least fronting and backing.
 * @param qPerA - q = 4π sin θ/λ in the fronting medium, ≥ 0; NaN is refused.
 * @returns R, (q,), dimensionless.
 * @throws AppError `invalid_input` naming the slab or q value.
 * @complexity O(q · slabs · resolution points).
 * @reference Parratt, Phys. Rev. 95 (1954) 359; Névot & Croce, Rev. Phys. Appl. 15 (1980) 761.
 */
export function reflectivityFromSld(
  slabs: readonly SldSlab[],
  qPerA: ArrayLike<number>,
  instrument: Instrument = {},
): Float64Array {
  return run(sldProfile(slabs), qPerA, instrument);
}

/**
 * Wave-number constants c_j = 4π(ρ_j − ρ_0 − iρ″_j)·1e-6 of slabs, 1/Å².
 * @throws AppError `invalid_input` naming the slab.
 * @reference Parratt, Phys. Rev. 95 (1954) 359.
 */
export function sldProfile(slabs: readonly SldSlab[]): Profile {
  const first = slabs[0]?.sld ?? 0;
  return profile(slabs, (s) => [4e-6 * Math.PI * (s.sld - first), -4e-6 * Math.PI * s.isld]);
}

/**
 * The same for refractive indices without approximation: k_j² = (2π/λ)²(n_j² − n_0² cos²θ) with n = 1 − δ + iβ.
 * @param wavelengthA - vacuum wavelength, Å. Errors and references as in {@link reflectivityFromSld}.
 * @param qPerA - (q,), 1/Å.
 * @returns R, (q,), dimensionless.
 */
export function reflectivityFromIndex(
  slabs: readonly IndexSlab[],
  wavelengthA: number,
  qPerA: ArrayLike<number>,
  instrument: Instrument = {},
): Float64Array {
  return run(indexProfile(slabs, wavelengthA), qPerA, instrument);
}

/**
 * Wave-number constants of slabs given by δ and β, 1/Å².
 * @param wavelengthA - vacuum wavelength, Å.
 * @throws AppError `invalid_input` naming the slab or the wavelength.
 * @reference Parratt, Phys. Rev. 95 (1954) 359.
 */
export function indexProfile(slabs: readonly IndexSlab[], wavelengthA: number): Profile {
  if (!(wavelengthA > 0)) throw new AppError('invalid_input', `wavelengthA is ${wavelengthA}; give a positive wavelength in Å`);
  const k2 = ((2 * Math.PI) / wavelengthA) ** 2;
  // 1 − Re n² without cancellation
  const decrement = (s: IndexSlab): number => 2 * s.delta - s.delta * s.delta + s.beta * s.beta;
  const first = slabs[0];
  return profile(slabs, (s) => [k2 * (decrement(s) - (first ? decrement(first) : 0)), -2 * k2 * s.beta * (1 - s.delta)]);
}

function profile<T extends { readonly thicknessA: number; readonly roughnessTopA: number }>(
  slabs: readonly T[],
  constant: (s: T) => readonly [number, number],
): Profile {
  const n = slabs.length;
  if (n < 2) throw new AppError('invalid_input', `${n} slabs; give a fronting and a backing medium at least`, { field: 'slabs' });
  const out = { cr: new Float64Array(n), ci: new Float64Array(n), thickness: new Float64Array(n), sigma: new Float64Array(n) };
  for (const [i, s] of slabs.entries()) {
    const [cr, ci] = constant(s);
    const inner = i > 0 && i < n - 1;
    if (!Number.isFinite(cr) || !Number.isFinite(ci) || (inner && !(s.thicknessA >= 0)) || (i > 0 && !(s.roughnessTopA >= 0)))
      throw new AppError('invalid_input', `slabs[${i}]: density must be finite, thickness and roughness 0 or more`, { index: i });
    out.cr[i] = cr;
    out.ci[i] = i === 0 ? 0 : ci;
    out.thickness[i] = inner ? s.thicknessA : 0;
    out.sigma[i] = i > 0 ? s.roughnessTopA : 0;
  }
  return out;
}

function run(p: Profile, qPerA: ArrayLike<number>, o: Instrument): Float64Array {
  return seen(p, qPerA, o, (q) => [layeredReflectivity(p, q)])[0]!.map((v) => v + (o.background ?? 0));
}

/**
 * Curves as the instrument shows them, without its background: `curves` is evaluated where the resolution needs it, then smeared, cut by the footprint
 * and scaled. Linear in the curves, so that derivatives pass through it like the reflectivity.
 * @param qPerA - (q,), 1/Å.
 * @param curves - curves at given q, 1/Å, one array each.
 * @returns the curves as measured, (q,) each.
 * @throws AppError `invalid_input` for a resolution or a footprint that cannot be.
 * @reference footprint: Gibaud, Vignaud & Sinha, Acta Cryst. A 49 (1993) 642.
 */
export function seen(
  p: Profile,
  qPerA: ArrayLike<number>,
  o: Instrument,
  curves: (q: ArrayLike<number>) => readonly Float64Array[],
): Float64Array[] {
  requireFinite('qPerA', qPerA);
  const n = qPerA.length;
  const { resolution, footprint } = o;
  if (resolution && resolution.sigmaPerA.length !== n)
    throw new AppError('invalid_input', `resolution.sigmaPerA has ${resolution.sigmaPerA.length} values for ${n} q values`);
  const scale = o.scale ?? 1;
  const smearing = resolution ? smearingOf(p, qPerA, resolution) : null;
  return curves(smearing ? smearing.q : qPerA).map((raw) => {
    const values = smearing ? smear(smearing, raw, resolution?.normalised ?? false) : raw;
    for (let i = 0; i < n; i++) {
      const lit = footprint ? Math.min(1, (qPerA[i]! * footprint.wavelengthA) / (4 * Math.PI) / footprint.beamOverSample) : 1;
      values[i] = scale * lit * values[i]!;
    }
    return values;
  });
}

/** Nodes and weights of the averages: those of point i end before `ends[i]`. */
interface Smearing {
  readonly q: Float64Array;
  readonly weight: Float64Array;
  readonly ends: Int32Array;
}

const POINTS = 121;
const BLOCK = 64;
/**
 * Points for fringes whose phase changes by ±`phase` over the window: Gauss–Legendre resolves e^{iφx} with φ/2 points and some; twice that for the second
 * harmonic, in blocks, so that few rules are made.
 */
const pointsFor = (phase: number): number => (phase + 40 <= POINTS ? POINTS : BLOCK * Math.ceil((phase + 40) / BLOCK));

// R has a square-root kink at the critical edge of the backing: a window that holds it is split there, with nodes q = q_c ± t² that make both sides smooth.
function smearingOf(p: Profile, q: ArrayLike<number>, resolution: Resolution): Smearing {
  const n = q.length;
  const edge = 2 * Math.sqrt(Math.max(0, p.cr[p.cr.length - 1]!));
  const thickness = p.thickness.reduce((sum, d) => sum + d, 0);
  const rules = new Map<number, ReturnType<typeof gaussLegendre>>();
  const rule = (count: number) => {
    const known = rules.get(count) ?? gaussLegendre(count);
    rules.set(count, known);
    return known;
  };
  const fine: number[] = [];
  const weight: number[] = [];
  const ends = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const s = resolution.sigmaPerA[i]!;
    if (!(s > 0))
      throw new AppError('invalid_input', `resolution.sigmaPerA[${i}] is ${s}; give a positive standard deviation`, { index: i });
    const centre = q[i]!;
    const m = resolution.points ?? pointsFor(CUT * s * thickness);
    const add = (at: number, w: number): void => {
      const t = (at - centre) / s;
      fine.push(Math.abs(at));
      weight.push((w * Math.exp(-0.5 * t * t)) / (s * Math.sqrt(2 * Math.PI)));
    };
    const a = centre - CUT * s;
    const b = centre + CUT * s;
    if (edge > a && edge < b) {
      const half = rule(m === POINTS ? Math.ceil(m / 2) : m);
      for (const end of [a, b]) {
        for (let k = 0; k < half.nodes.length; k++) {
          const u = 0.5 * (1 + half.nodes[k]!);
          add(edge + (end - edge) * u * u, half.weights[k]! * u * Math.abs(end - edge));
        }
      }
    } else {
      const whole = rule(m);
      for (let k = 0; k < m; k++) add(centre + CUT * s * whole.nodes[k]!, CUT * s * whole.weights[k]!);
    }
    ends[i] = fine.length;
  }
  return { q: Float64Array.from(fine), weight: Float64Array.from(weight), ends };
}

function smear({ weight, ends }: Smearing, values: Float64Array, isNormalised: boolean): Float64Array {
  const out = new Float64Array(ends.length);
  for (let i = 0, k = 0; i < ends.length; i++) {
    let total = 0;
    let sum = 0;
    for (; k < ends[i]!; k++) {
      total += weight[k]!;
      sum += weight[k]! * values[k]!;
    }
    out[i] = isNormalised ? sum / total : sum;
  }
  return out;
}
