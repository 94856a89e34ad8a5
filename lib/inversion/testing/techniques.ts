import { type ComplexArray, complexArray, createRng } from '@/lib/numerics';
import {
  type GratingTangent,
  type LineGrating,
  lineGratingDerivatives,
  type ModeCache,
  type Polarisation,
  psiDelta,
  radians,
  refractiveIndex,
  solveLineGrating,
  thinFilm,
} from '@/lib/optics';
import { cdSaxs, reflectivityFromSld } from '@/lib/xray';
import { fitModel } from '../fit';
import type { FitProblem } from '../fit-types';
import type { ForwardModel } from '../jacobian';

/** A small synthetic measurement of one technique. */
export interface Technique {
  readonly name: string;
  readonly names: readonly string[];
  readonly truth: readonly number[];
  readonly start: readonly number[];
  readonly model: ForwardModel;
  readonly jacobian?: (p: Float64Array) => Float64Array;
  /** Standard deviation of each datum from its noise-free value. */
  readonly sigma: (clean: Float64Array) => Float64Array;
  readonly periodic360?: readonly boolean[];
}

const range = (n: number, a: number, b: number): number[] => Array.from({ length: n }, (_, i) => a + ((b - a) * i) / (n - 1));
const constant = (n: number, re: number, im = 0): ComplexArray =>
  complexArray(n, new Float64Array(n).fill(re), new Float64Array(n).fill(im));

const filmWavelengths = range(20, 300, 780);
const ellipsometry: Technique = {
  name: 'ellipsometry, one film',
  names: ['thickness', 'A', 'B'],
  truth: [80, 1.46, 0.004],
  start: [76, 1.5, 0.003],
  model: (p) => {
    const index = refractiveIndex({ kind: 'cauchy', a: p[1]!, bUm2: p[2]!, cUm4: 0 }, filmWavelengths);
    const stack = { ambient: constant(20, 1), films: [{ thicknessNm: p[0]!, index }], substrate: constant(20, 3.9, 0.05) };
    const { rp, rs } = thinFilm(stack, filmWavelengths, radians(70));
    const { psiDeg, deltaDeg } = psiDelta(rp, rs);
    return Float64Array.from([...psiDeg, ...deltaDeg]);
  },
  sigma: (c) => c.map((_, i) => (i < 20 ? 0.03 : 0.08)),
  periodic360: Array.from({ length: 40 }, (_, i) => i >= 20),
};

const mirror = range(40, 250, 800);
const reflectometry: Technique = {
  name: 'reflectometry, two films',
  names: ['oxide', 'nitride'],
  truth: [120, 65],
  start: [117, 67],
  model: (p) => {
    const oxide = refractiveIndex({ kind: 'cauchy', a: 1.452, bUm2: 0.0036, cUm4: 0 }, mirror);
    const nitride = refractiveIndex({ kind: 'cauchy', a: 1.98, bUm2: 0.013, cUm4: 0 }, mirror);
    const films = [
      { thicknessNm: p[0]!, index: oxide },
      { thicknessNm: p[1]!, index: nitride },
    ];
    return thinFilm({ ambient: constant(40, 1), films, substrate: constant(40, 4, 0.1) }, mirror, 0).Rs;
  },
  sigma: (c) => c.map((r) => 0.002 + 0.005 * r),
};

const colours = range(3, 340, 620);
const TRUNCATION = 2;
const SLICES = 2;
const PERIOD = 120;
const polarisations: readonly Polarisation[] = ['TE', 'TM'];
const siliconAt = (w: number) => ({
  re: 3.7 + 1.5 * Math.exp(-(((w - 380) / 70) ** 2)),
  im: 0.02 + 2.5 * Math.exp(-(w - 300) / 60),
});

/** Si lines with straight walls as slices: middle CD, height, side-wall angle in degrees. */
function lines(p: ArrayLike<number>, wavelengthNm: number): LineGrating {
  const index = siliconAt(wavelengthNm);
  const run = 1 / Math.tan(radians(p[2]!));
  return {
    periodNm: PERIOD,
    superstrate: { re: 1, im: 0 },
    substrate: index,
    layers: Array.from({ length: SLICES }, (_, s) => {
      const half = 0.5 * p[0]! - p[1]! * run * offset(s);
      return {
        thicknessNm: p[1]! / SLICES,
        background: { re: 1, im: 0 },
        segments: [{ x0Nm: -half, x1Nm: half, index }],
      };
    }),
  };
}

/** Height of a slice's middle above the line's, as a share of the height; slices run from the top. */
const offset = (s: number): number => 0.5 - (s + 0.5) / SLICES;

let last: { readonly key: string; readonly modes: ModeCache } = { key: '', modes: new Map() };
/** Modes of one point: the derivatives there use those of the spectrum. */
function modesAt(p: Float64Array): ModeCache {
  const key = p.join();
  if (last.key !== key) last = { key, modes: new Map() };
  return last.modes;
}

const ocd: Technique = {
  name: 'OCD, line grating',
  names: ['cd', 'height', 'side-wall angle'],
  truth: [50, 90, 86],
  start: [50.6, 89.4, 86.4],
  model: (p) =>
    Float64Array.from(
      polarisations.flatMap((pol) =>
        colours.map((w) => {
          const { r } = solveLineGrating(lines(p, w), w, radians(30), pol, TRUNCATION, modesAt(p));
          return r.re[TRUNCATION]! ** 2 + r.im[TRUNCATION]! ** 2;
        }),
      ),
    ),
  jacobian: (p) => {
    const angle = radians(p[2]!);
    const run = 1 / Math.tan(angle);
    const edge = (d: number): { x0Nm: number; x1Nm: number } => ({ x0Nm: -d, x1Nm: d });
    const slices = Array.from({ length: SLICES }, (_, s) => s);
    const tangents: GratingTangent[] = [
      { layers: slices.map(() => ({ segments: [edge(0.5)] })) },
      { layers: slices.map((s) => ({ thicknessNm: 1 / SLICES, segments: [edge(-run * offset(s))] })) },
      { layers: slices.map((s) => ({ segments: [edge((radians(1) * p[1]! * offset(s)) / Math.sin(angle) ** 2)] })) },
    ];
    return Float64Array.from(
      polarisations.flatMap((pol) =>
        colours.flatMap((w) => {
          const d = lineGratingDerivatives(lines(p, w), w, radians(30), pol, TRUNCATION, tangents, { cache: modesAt(p) });
          const at = TRUNCATION;
          return d.derivatives.map((v) => 2 * (d.r.re[at]! * v.re[at]! + d.r.im[at]! * v.im[at]!));
        }),
      ),
    );
  },
  sigma: (c) => c.map((r) => 0.0005 + 0.002 * r),
};

const q = range(60, 0.02, 0.3);
const xrr: Technique = {
  name: 'XRR, film with roughness',
  names: ['thickness', 'sld', 'roughness'],
  truth: [250, 60, 5],
  start: [246, 58, 6],
  model: (p) =>
    reflectivityFromSld(
      [
        { thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
        { thicknessA: p[0]!, sld: p[1]!, isld: 2, roughnessTopA: p[2]! },
        { thicknessA: 0, sld: 20.1, isld: 0.46, roughnessTopA: 3 },
      ],
      q,
      { background: 1e-7 },
    ),
  // counting noise of 1e8 photons and 1 % of everything else
  sigma: (c) => c.map((r) => Math.hypot(Math.sqrt(r / 1e8), 0.01 * r, 1e-8)),
};

const qx = [1, 2, 3, 4, 5].flatMap((order) => new Array<number>(12).fill((2 * Math.PI * order) / 40));
const qz = [1, 2, 3, 4, 5].flatMap(() => range(12, -0.4, 0.4));
const saxs: Technique = {
  name: 'CD-SAXS, trapezoid',
  names: ['bottom cd', 'height', 'side-wall angle', 'Debye-Waller'],
  truth: [20, 45, 87, 1.2],
  start: [20.5, 44, 86.3, 1],
  model: (p) => {
    const angle = radians(p[2]!);
    return cdSaxs(
      { bottomCdNm: p[0]!, trapezoids: [{ heightNm: p[1]!, leftAngleRad: angle, rightAngleRad: angle, contrast: 1 }] },
      qx,
      qz,
      { i0: 1e-3, background: 0.5, sigmaXNm: p[3]!, sigmaZNm: p[3]! },
    );
  },
  sigma: (c) => c.map((v) => Math.sqrt(v + 1) / 10),
};

export const TECHNIQUES: readonly Technique[] = [ellipsometry, reflectometry, ocd, xrr, saxs];

/** One noisy spectrum of a technique as a fit. @param quieter - factor on σ. */
export function syntheticProblem(t: Technique, clean: Float64Array, seed: number, quieter = 1): FitProblem {
  const rng = createRng(seed, t.name);
  const sigma = t.sigma(clean).map((s) => s * quieter);
  return {
    names: t.names,
    model: t.model,
    data: clean.map((v, i) => v + sigma[i]! * rng.normal()),
    sigma,
    start: t.start,
    tolerance: 1e-6,
    ...(t.jacobian ? { jacobian: t.jacobian } : {}),
    ...(t.periodic360 ? { periodic360: t.periodic360 } : {}),
  };
}

export interface Campaign {
  /** Share of spectra whose 95 % interval holds the truth, per parameter. */
  readonly coverage: number[];
  /** Root mean square error over the Cramér–Rao bound at the truth, per parameter. */
  readonly overBound: number[];
  /** Mean χ² over degrees of freedom. */
  readonly chi2: number;
  readonly identifiable: number;
}

/** Fits of many seeded spectra of one technique. @param bound - standard errors of the Cramér–Rao bound at the truth, for `quieter` = 1. */
export function campaign(t: Technique, spectra: number, bound: Float64Array, quieter = 1): Campaign {
  const clean = t.model(Float64Array.from(t.truth));
  const n = t.names.length;
  const covered = new Array<number>(n).fill(0);
  const square = new Array<number>(n).fill(0);
  let chi2 = 0;
  let identifiable = 0;
  for (let seed = 1; seed <= spectra; seed++) {
    const r = fitModel(syntheticProblem(t, clean, seed, quieter));
    chi2 += r.chi2 / r.degreesOfFreedom / spectra;
    if (r.isIdentifiable) identifiable++;
    for (let j = 0; j < n; j++) {
      const d = r.parameters[j]! - t.truth[j]!;
      if (Math.abs(d) <= 1.959964 * r.standardErrors[j]!) covered[j]!++;
      square[j]! += d * d;
    }
  }
  return {
    coverage: covered.map((c) => c / spectra),
    overBound: square.map((s, j) => Math.sqrt(s / spectra) / (bound[j]! * quieter)),
    chi2,
    identifiable: identifiable / spectra,
  };
}
