import { fitZernike, nmToFringe, nmToNoll, nmToOsa, osaToNm, zernike, zernikeGradients, zernikeValues } from '@/lib/spatial';
import { mat, num, strings, vec } from './read';
import type { Registry } from './types';

function columns(points: readonly number[][]): { x: number[]; y: number[] } {
  return { x: points.map((p) => p[0]!), y: points.map((p) => p[1]!) };
}

function rows(data: Float64Array, n: number): number[][] {
  return Array.from({ length: data.length / n }, (_, i) => Array.from(data.subarray(i * n, (i + 1) * n)));
}

export const zernikeRegistry: Registry = {
  zernike_indices: ({ input, expected }) => {
    const names = strings(input, 'columns');
    const count = Array.isArray(expected['rows']) ? expected['rows'].length : 0;
    const out = Array.from({ length: count }, (_, j) => {
      const { n, m } = osaToNm(j);
      const values: Record<string, number> = { osa: nmToOsa(n, m), n, m, noll: nmToNoll(n, m), fringe: nmToFringe(n, m) };
      return names.map((name) => values[name] ?? Number.NaN);
    });
    return { rows: out };
  },
  zernike_values: ({ input }) => {
    const { x, y } = columns(mat(input, 'points'));
    const terms = num(input, 'terms');
    return { values: rows(zernikeValues(x, y, terms).data, terms), layout: 'values[point][osaIndex]' };
  },
  zernike_gradient: ({ input }) => {
    const { x, y } = columns(mat(input, 'points'));
    const terms = num(input, 'terms');
    const { dx, dy } = zernikeGradients(x, y, terms);
    const gradient = x.map((_, i) => Array.from({ length: terms }, (_, j) => [dx.data[i * terms + j]!, dy.data[i * terms + j]!]));
    return { gradient, layout: 'gradient[point][osaIndex] = [d/dx, d/dy] on the unit disc' };
  },
  zernike_high_order: ({ input }) => ({
    values: mat(input, 'points').map(([x, y]) => mat(input, 'nm').map(([n, m]) => zernike(n!, m!, x!, y!))),
    layout: 'values[point][k]',
  }),
  zernike_fit: ({ input }) => {
    const { x, y } = columns(mat(input, 'points'));
    const f = fitZernike(x, y, vec(input, 'z'), {
      terms: num(input, 'terms'),
      normRadiusMm: num(input, 'normRadius', 150),
      rankTolerance: num(input, 'rankTolerance', 1e-9),
      onDeficient: 'minimum_norm',
    });
    return {
      coefficients: f.coefficients,
      rank: f.rank,
      rmsResidual: f.rmsResidual,
      fitted: f.fitted,
      condition: f.conditionNumber,
      sigma: f.residualSigma,
      stdErr: f.standardErrors,
      r2: f.rSquared,
    };
  },
};
