import { AppError } from '@/lib/errors';
import { normalCdf } from '@/lib/numerics';
import { addNcs, type Ncs, type NcsSums, ncsOf, noNcs } from './ellipsometry';
import { type FilmStack, thinFilm } from './thin-film';

/** What an instrument or a spot averages over; every entry is a Gaussian standard deviation. */
export interface Spread {
  /** Thickness of one film over the spot. */
  readonly thickness?: { readonly film: number; readonly sigmaNm: number };
  /** Spectral resolution. */
  readonly bandwidthNm?: number;
  /** Convergence of the beam in the plane of incidence. */
  readonly angleRad?: number;
}

/** N, C, S and powers of a stack seen with a spread, (w,) each. */
export interface SpreadResponse extends Ncs {
  /** Power ratios, (w,), dimensionless. */
  readonly Rs: Float64Array;
  readonly Rp: Float64Array;
  readonly Ts: Float64Array;
  readonly Tp: Float64Array;
  /**
   * Bound of the error of a reflectance, N, C or S at any wavelength, summed over the spreads: the largest change when every second node is left out
   * (the rule converges faster than any power of the step), and what the cut of the Gaussian leaves out.
   */
  readonly error: number;
  /** Nodes of thickness, bandwidth and angle; 1 where nothing spreads. */
  readonly nodes: readonly [number, number, number];
}

/** The Gaussian is integrated over ±5 σ. */
const CUT = 5;
/** Share of it that lies beyond. */
const BEYOND = 2 * normalCdf(-CUT);
/** Nodes are doubled until the change is below this: a tenth of what the best ellipsometers resolve. */
const TOLERANCE = 1e-6;
/** Cost beyond which the average is refused (some ten seconds), in responses at one wavelength; a call of its own costs as much as some hundred. */
const MOST_RESPONSES = 1e8;
const PER_CALL = 200;
/** A film that weakens the wave by e^-20 on its way down and up shows no fringes. */
const OPAQUE = 20;

type Axis = 0 | 1 | 2;
const FIELDS = ['thickness.sigmaNm', 'bandwidthNm', 'angleRad'] as const;

/**
 * N, C, S, depolarisation and powers of a stack seen with a spread of thickness, wavelength and angle: the Mueller matrices of the members add, each with its
 * intensity. The trapezoidal rule over ±5 σ of each Gaussian, which converges faster than any power of the step; the step begins at a fraction of a fringe and
 * is halved where leaving out every second node shows. Thickness does not go below 0.
 * @param stackAt - the stack with its indices on given wavelengths (nm): the bandwidth looks beside the data points.
 * @param wavelengthNm - (w,), nm.
 * @param angleRad - mean angle of incidence in the ambient, rad.
 * @returns averages with the bound of their error, (w,) each.
 * @throws AppError `invalid_input` for a negative spread, a film that the stack does not have, or a spread that leaves the physical range;
 * `out_of_domain` where there are too many fringes to average one by one; otherwise as `thinFilm`.
 * @complexity nodes of all spreads multiplied, in thin-film responses.
 * @reference Jellison & Modine in Tompkins & Irene, Handbook of Ellipsometry (2005), §6.2; Nguyen et al., Thin Solid Films 233 (1993) 169 (depolarisation);
 * Trefethen & Weideman, SIAM Rev. 56 (2014) 385 (trapezoidal rule).
 */
export function thinFilmSpread(
  stackAt: (wavelengthNm: Float64Array) => FilmStack,
  wavelengthNm: ArrayLike<number>,
  angleRad: number,
  spread: Spread,
): SpreadResponse {
  const w = Float64Array.from(wavelengthNm);
  const sigmas = sigmasOf(spread, w, angleRad);
  const centre = stackAt(w);
  const film = spread.thickness?.film ?? 0;
  if (spread.thickness && !centre.films[film])
    throw new AppError('invalid_input', `thickness.film is ${film}; the stack has ${centre.films.length} films`, {
      field: 'thickness.film',
    });
  const phase = phasesOf(centre, w, film, sigmas);
  // an even number of steps on either side, so that every second node is a rule of its own
  const half = sigmas.map((s, a) => (s === 0 ? 0 : 2 * Math.ceil((CUT / 2) * Math.max(1, phase[a]! / 2))));
  for (;;) {
    const nodes = half.map((k) => 2 * k + 1) as [number, number, number];
    refuseTooMany(nodes, w.length, phase);
    const found = average(stackAt, w, angleRad, film, sigmas, half);
    const late = ([0, 1, 2] as const).filter((a) => found.changes[a]! > TOLERANCE / 3);
    const error = found.changes.reduce((s, v, a) => s + (sigmas[a] === 0 ? 0 : v + BEYOND), 0);
    if (late.length === 0) return { ...found.response, error, nodes };
    for (const a of late) half[a]! *= 2;
  }
}

/** Standard deviations of thickness (nm), wavelength (nm) and angle (rad); 0 where nothing spreads. */
function sigmasOf(spread: Spread, w: Float64Array, angleRad: number): number[] {
  const refuse = (field: string, message: string): never => {
    throw new AppError('invalid_input', `${field}: ${message}`, { field });
  };
  const sigmas = [spread.thickness?.sigmaNm ?? 0, spread.bandwidthNm ?? 0, spread.angleRad ?? 0];
  sigmas.forEach((s, a) => {
    if (!(s >= 0)) refuse(FIELDS[a]!, `is ${s}; give a standard deviation of 0 or more`);
  });
  const shortest = w.reduce((m, v) => Math.min(m, v), Infinity);
  if (shortest - CUT * sigmas[1]! <= 0)
    refuse('bandwidthNm', `is ${sigmas[1]}: ${CUT} of it reach below 0 nm; give a smaller one`);
  if (angleRad + CUT * sigmas[2]! >= Math.PI / 2)
    refuse('angleRad', `is ${sigmas[2]} rad: ${CUT} of it reach beyond grazing incidence; give a smaller convergence or angle`);
  return sigmas;
}

/** How far the fringes of the stack move within one standard deviation of each spread, rad, at most. */
function phasesOf(stack: FilmStack, w: Float64Array, film: number, sigmas: readonly number[]): number[] {
  const out = [0, 0, 0];
  for (const [i, lambda] of w.entries()) {
    let [byWavelength, byAngle, byThickness] = [0, 0, 0];
    for (const [f, { index, thicknessNm }] of stack.films.entries()) {
      const k = (4 * Math.PI) / lambda;
      if (k * index.im[i]! * thicknessNm > OPAQUE) continue;
      byWavelength += (k / lambda) * index.re[i]! * thicknessNm;
      byAngle += k * stack.ambient.re[i]! * thicknessNm;
      if (f === film) byThickness = k * index.re[i]!;
    }
    [byThickness, byWavelength, byAngle].forEach((v, a) => {
      out[a] = Math.max(out[a]!, Math.abs(v) * sigmas[a]!);
    });
  }
  return out;
}

/** @throws AppError `out_of_domain` naming the spread with most nodes. */
function refuseTooMany(nodes: readonly number[], points: number, phase: readonly number[]): void {
  const count = nodes.reduce((m, v) => m * v, points + PER_CALL);
  if (count <= MOST_RESPONSES) return;
  const worst = nodes.indexOf(Math.max(...nodes)) as Axis;
  throw new AppError(
    'out_of_domain',
    `${FIELDS[worst]}: the fringes move by ${phase[worst]!.toPrecision(3)} rad within one σ, and their average needs ${nodes.join(' × ')} nodes; take the thick film as incoherent (coherent: false), fewer wavelengths, or a smaller spread`,
    { field: FIELDS[worst], nodes },
  );
}

interface Sums {
  weight: number;
  readonly polarised: NcsSums;
  readonly powers: Record<(typeof POWERS)[number], Float64Array>;
}
const POWERS = ['Rs', 'Rp', 'Ts', 'Tp'] as const;
const sumsOf = (n: number): Sums => ({
  weight: 0,
  polarised: noNcs(n),
  powers: { Rs: new Float64Array(n), Rp: new Float64Array(n), Ts: new Float64Array(n), Tp: new Float64Array(n) },
});

/** Averages of all nodes, and for each spread how much leaving out every second of its nodes changes. */
function average(
  stackAt: (w: Float64Array) => FilmStack,
  w: Float64Array,
  angleRad: number,
  film: number,
  sigmas: readonly number[],
  half: readonly number[],
): { readonly response: Omit<SpreadResponse, 'error' | 'nodes'>; readonly changes: readonly number[] } {
  const all = sumsOf(w.length);
  const coarse = half.map((k) => (k > 0 ? sumsOf(w.length) : null));
  const weightAt = (a: Axis, k: number): number => (half[a]! > 0 ? Math.exp(-0.5 * ((CUT * k) / half[a]!) ** 2) : 1);
  const shift = (a: Axis, k: number): number => (half[a]! > 0 ? (CUT * sigmas[a]! * k) / half[a]! : 0);
  for (let b = -half[1]!; b <= half[1]!; b++) {
    const lambda = w.map((v) => v + shift(1, b));
    const stack = stackAt(lambda);
    for (let d = -half[0]!; d <= half[0]!; d++) {
      const films = stack.films.map((f, i) => (i === film ? { ...f, thicknessNm: Math.max(0, f.thicknessNm + shift(0, d)) } : f));
      for (let c = -half[2]!; c <= half[2]!; c++) {
        const r = thinFilm({ ...stack, films }, lambda, Math.abs(angleRad + shift(2, c)));
        const weight = weightAt(0, d) * weightAt(1, b) * weightAt(2, c);
        add(all, r, weight);
        [d, b, c].forEach((k, a) => {
          const sums = coarse[a];
          if (sums && k % 2 === 0) add(sums, r, weight);
        });
      }
    }
  }
  const response = responseOf(all);
  return { response, changes: coarse.map((s) => (s ? change(response, responseOf(s)) : 0)) };
}

function add(sums: Sums, r: ReturnType<typeof thinFilm>, weight: number): void {
  sums.weight += weight;
  addNcs(sums.polarised, r.rp, r.rs, weight);
  for (const k of POWERS) {
    const [to, from] = [sums.powers[k], r[k]];
    for (let i = 0; i < to.length; i++) to[i]! += weight * from[i]!;
  }
}

function responseOf({ weight, polarised, powers }: Sums): Omit<SpreadResponse, 'error' | 'nodes'> {
  const mean = (k: (typeof POWERS)[number]): Float64Array => powers[k].map((v) => v / weight);
  return { ...ncsOf(polarised), Rs: mean('Rs'), Rp: mean('Rp'), Ts: mean('Ts'), Tp: mean('Tp') };
}

function change(a: Omit<SpreadResponse, 'error' | 'nodes'>, b: Omit<SpreadResponse, 'error' | 'nodes'>): number {
  let most = 0;
  for (const key of ['n', 'c', 's', 'Rs', 'Rp', 'Ts', 'Tp'] as const)
    for (const [i, v] of a[key].entries()) {
      const d = Math.abs(v - b[key][i]!);
      if (d > most) most = d; // where nothing is reflected there is no polarisation that could change
    }
  return most;
}
