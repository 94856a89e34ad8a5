import { multipleRegression, polynomialRegression } from '@/lib/numerics';
import { arr, str, vec } from './read';
import type { Registry } from './types';

export const numericsRegistry: Registry = {
  linear_regression: ({ input }) => {
    const model = str(input, 'model');
    const y = vec(input, 'y');
    const degree = /polynomial degree (\d+)/.exec(model);
    const x = arr(input, 'x');
    const columns = Array.isArray(x[0])
      ? (x as number[][])[0]!.map((_, j) => (x as number[][]).map((row) => row[j]!))
      : [vec(input, 'x')];
    const r = degree
      ? polynomialRegression(columns[0]!, y, Number(degree[1]))
      : multipleRegression(columns, y, !/no intercept/.test(model));
    return { coefficients: r.coefficients, stdDev: r.standardErrors, residualStdDev: r.residualSigma, rSquared: r.rSquared };
  },
};
