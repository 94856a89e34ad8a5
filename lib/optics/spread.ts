import { AppError } from '@/lib/errors';
import { gaussLegendre } from '@/lib/numerics';
import { mixNcs, type Ncs } from './ellipsometry';
import { type FilmStack, thinFilm } from './thin-film';

/** What an instrument or a spot averages over; every entry is a Gaussian standard deviation. */
export interface Spread {
  /** Thickness of one film over the spot. */
  readonly thickness?: { readonly film: number; readonly sigmaNm: number };
  /** Spectral resolution. */
  readonly bandwidthNm?: number;
  /** Convergence of the beam in the plane of incidence. */
  readonly angleRad?: number;
  /** Nodes per spread over ±3 σ. Default 11; fringes narrower than the spread need more. */
  readonly points?: number;
}

export interface SpreadResponse extends Ncs {
  readonly Rs: Float64Array;
  readonly Rp: Float64Array;
}

const CUT = 3;

/**
 * N, C, S, depolarisation and reflectances of a stack seen with a spread of thickness, wavelength and angle: the Mueller matrices of the members add, each
 * with its intensity, by Gauss–Legendre nodes over ±3 σ of the Gaussian (weights brought to the sum 1).
 * @param stackAt - the stack with its indices on given wavelengths (nm): the bandwidth looks beside the data points.
 * @throws AppError `invalid_input` for a negative spread or a film that the stack does not have; otherwise as `thinFilm`.
 * @complexity points^(number of spreads) thin-film responses.
 * @reference Jellison & Modine in Tompkins & Irene, Handbook of Ellipsometry (2005), §6.2; Nguyen et al., Thin Solid Films 233 (1993) 169 (depolarisation).
 */
export function thinFilmSpread(
  stackAt: (wavelengthNm: Float64Array) => FilmStack,
  wavelengthNm: ArrayLike<number>,
  angleRad: number,
  spread: Spread,
): SpreadResponse {
  const w = Float64Array.from(wavelengthNm);
  const rule = (name: string, sigma: number | undefined): { readonly at: number; readonly weight: number }[] => {
    if (sigma === undefined || sigma === 0) return [{ at: 0, weight: 1 }];
    if (!(sigma > 0))
      throw new AppError('invalid_input', `${name} is ${sigma}; give a standard deviation of 0 or more`, { field: name });
    const { nodes, weights } = gaussLegendre(spread.points ?? 11);
    const list = Array.from(nodes, (x, k) => ({ at: CUT * sigma * x, weight: weights[k]! * Math.exp(-0.5 * (CUT * x) ** 2) }));
    const total = list.reduce((s, v) => s + v.weight, 0);
    return list.map((v) => ({ at: v.at, weight: v.weight / total }));
  };
  const film = spread.thickness?.film ?? 0;
  const parts = [];
  const weights: number[] = [];
  const Rs = new Float64Array(w.length);
  const Rp = new Float64Array(w.length);
  for (const b of rule('bandwidthNm', spread.bandwidthNm)) {
    const lambda = w.map((v) => v + b.at);
    const stack = stackAt(lambda);
    if (spread.thickness && !stack.films[film])
      throw new AppError('invalid_input', `thickness.film is ${film}; the stack has ${stack.films.length} films`, {
        field: 'thickness.film',
      });
    for (const d of rule('thickness.sigmaNm', spread.thickness?.sigmaNm)) {
      const films = stack.films.map((f, i) => (i === film ? { ...f, thicknessNm: Math.max(0, f.thicknessNm + d.at) } : f));
      for (const a of rule('angleRad', spread.angleRad)) {
        const r = thinFilm({ ...stack, films }, lambda, angleRad + a.at);
        const weight = b.weight * d.weight * a.weight;
        parts.push({ rp: r.rp, rs: r.rs });
        weights.push(weight);
        for (let i = 0; i < w.length; i++) {
          Rs[i]! += weight * r.Rs[i]!;
          Rp[i]! += weight * r.Rp[i]!;
        }
      }
    }
  }
  return { ...mixNcs(parts, weights), Rs, Rp };
}
