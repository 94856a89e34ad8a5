import { fromRows, leastSquares, robustLeastSquares } from '@/lib/numerics';
import { type AxisFit, fitOverlay, type OverlayMarks, overlayModel, overlayStatistics, powersUpTo } from '@/lib/overlay';
import { expressionModel } from '@/lib/uncertainty';
import { has, num, str, vec } from './read';
import type { Input, Registry } from './types';

function marks(input: Input): OverlayMarks {
  const n = vec(input, 'dx').length;
  const zeros = new Array<number>(n).fill(0);
  const column = (key: string) => (has(input, key) ? vec(input, key) : zeros);
  return { fieldX: column('X'), fieldY: column('Y'), x: column('x'), y: column('y'), dx: vec(input, 'dx'), dy: column('dy') };
}

const scales = (input: Input) => ({
  normRadiusMm: num(input, 'normRadius', 150),
  fieldHalfXMm: num(input, 'fieldHalfX', 13),
  fieldHalfYMm: num(input, 'fieldHalfY', 16.5),
});

function quality(axis: AxisFit, residual: Float64Array) {
  const s = overlayStatistics(residual);
  return {
    rss: axis.rss,
    sigma: axis.residualSigma,
    mean3sigma: s.meanPlus3Sigma,
    rms: s.rms,
    maxAbs: s.max,
    condition: axis.conditionNumber,
  };
}

const value = (axis: AxisFit, id: string): number => axis.terms.find((t) => t.id === id)?.value ?? Number.NaN;
const error = (axis: AxisFit, id: string): number => axis.terms.find((t) => t.id === id)?.standardError ?? Number.NaN;

// Designs of the small algebra cases: columns are fixed by the file's notes.
function waferColumns(input: Input, order: 'xy' | 'yx'): number[][] {
  const r = num(input, 'normRadius', 150);
  const m = marks(input);
  return Array.from({ length: m.dx.length }, (_, i) => {
    const p = (m.fieldX[i]! + m.x[i]!) / r;
    const q = (m.fieldY[i]! + m.y[i]!) / r;
    return order === 'xy' ? [1, p, q] : [1, q, p];
  });
}

// Design columns as the case writes them, e.g. "1, X/normRadius, Y/normRadius"; or all powers up to `order`.
function statedColumns(input: Input): number[][] {
  const m = marks(input);
  if (has(input, 'order')) {
    const r = num(input, 'normRadius', 150);
    const powers = powersUpTo(num(input, 'order'));
    return Array.from(m.dx, (_, i) => powers.map(([a, b]) => (m.fieldX[i]! / r) ** a * (m.fieldY[i]! / r) ** b));
  }
  const names = ['X', 'Y', 'x', 'y', 'normRadius', 'fieldHalfX', 'fieldHalfY'];
  const { normRadiusMm, fieldHalfXMm, fieldHalfYMm } = scales(input);
  const columns = str(input, 'columns', '1, X/normRadius, Y/normRadius')
    .split(',')
    .map((text) => expressionModel(text, names));
  return Array.from({ length: m.dx.length }, (_, i) => {
    const at = [m.fieldX[i]!, m.fieldY[i]!, m.x[i]!, m.y[i]!, normRadiusMm, fieldHalfXMm, fieldHalfYMm];
    return columns.map((c) => c.evaluate(at));
  });
}

export const overlayRegistry: Registry = {
  overlay_wafer_linear: ({ input }) => {
    const f = fitOverlay(marks(input), overlayModel({ gridOrder: 1, fieldOrder: null, ...scales(input) }));
    const out = (axis: AxisFit, ids: [string, string, string], residual: Float64Array) => ({
      T: value(axis, ids[0]),
      M: value(axis, ids[1]),
      R: value(axis, ids[2]),
      stdErr: ids.map((id) => error(axis, id)),
      ...quality(axis, residual),
    });
    return {
      dx: out(f.dx, ['tx', 'mx', 'rx'], f.residual.dx),
      dy: out(f.dy, ['ty', 'my', 'ry'], f.residual.dy),
      derived: f.derived.grid,
    };
  },
  overlay_wafer_poly: ({ input }) => {
    const order = num(input, 'order');
    const f = fitOverlay(marks(input), overlayModel({ gridOrder: order, fieldOrder: null, ...scales(input) }), {
      rankTolerance: 1e-9,
    });
    const r = num(input, 'normRadius', 150);
    const out = (axis: AxisFit, residual: Float64Array) => ({
      coefficients: axis.terms.map((t) => t.normalised),
      stdErr: axis.terms.map((t) => t.standardError! * r ** (t.i + t.j)),
      ...quality(axis, residual),
    });
    return {
      terms: powersUpTo(order),
      condition: f.dx.conditionNumber,
      rank: f.dx.rank,
      dx: out(f.dx, f.residual.dx),
      dy: out(f.dy, f.residual.dy),
    };
  },
  overlay_field_k20: ({ input }) => {
    const f = fitOverlay(marks(input), overlayModel({ gridOrder: null, fieldOrder: 3, ...scales(input) }));
    const all = [...f.dx.terms, ...f.dy.terms];
    return {
      k: Object.fromEntries(all.map((t) => [t.id, t.value])),
      stdErr: Object.fromEntries(all.map((t) => [t.id, t.standardError])),
      dx: quality(f.dx, f.residual.dx),
      dy: quality(f.dy, f.residual.dy),
      derived: f.derived.field,
    };
  },
  overlay_joint: ({ input }) => {
    const gridOrder = num(input, 'waferOrder');
    const fieldOrder = num(input, 'fieldOrder');
    const model = overlayModel({ gridOrder, fieldOrder, gridOn: 'field_centre', ...scales(input) });
    const f = fitOverlay(marks(input), model, { rankTolerance: 1e-9 });
    const { normRadiusMm: r, fieldHalfXMm: hx, fieldHalfYMm: hy } = scales(input);
    const out = (axis: AxisFit, residual: Float64Array) => ({
      wafer: axis.terms.filter((t) => t.scope === 'grid').map((t) => t.normalised),
      field: axis.terms.filter((t) => t.scope === 'field').map((t) => t.normalised),
      stdErr: axis.terms.map((t) => t.standardError! * (t.scope === 'grid' ? r ** (t.i + t.j) : hx ** t.i * hy ** t.j)),
      ...quality(axis, residual),
    });
    return {
      waferTerms: powersUpTo(gridOrder),
      fieldTerms: powersUpTo(fieldOrder).slice(1),
      dx: out(f.dx, f.residual.dx),
      dy: out(f.dy, f.residual.dy),
    };
  },
  overlay_poly_scaling: ({ input }) => {
    const order = num(input, 'order');
    const toMm = (v: number) => v / 1000;
    const values = vec(input, 'value');
    const zeros = values.map(() => 0);
    const at = {
      fieldX: vec(input, 'xMicrometre').map(toMm),
      fieldY: vec(input, 'yMicrometre').map(toMm),
      x: zeros,
      y: zeros,
      dx: values,
      dy: values,
    };
    const f = fitOverlay(
      at,
      overlayModel({ gridOrder: order, fieldOrder: null, normRadiusMm: num(input, 'normRadiusMm', 150) }),
      { rankTolerance: 1e-9 },
    );
    return {
      terms: powersUpTo(order),
      coefficientsNormalised: f.dx.terms.map((t) => t.normalised),
      fitted: f.modelled.dx,
      coefficientsMicrometre: f.dx.terms.map((t) => t.value! / 1000 ** (t.i + t.j)),
    };
  },
  overlay_rank_deficient: ({ input }) => {
    const x = fromRows(statedColumns(input));
    const f = leastSquares(x, vec(input, 'dx'), {
      onDeficient: 'minimum_norm',
      rankTolerance: num(input, 'rankTolerance', 1e-9),
    });
    return { rank: f.rank, minNormCoefficients: f.coefficients, fitted: f.fitted };
  },
  overlay_robust: ({ input }) => {
    if (!str(input, 'scale').startsWith('median(|r|)/0.674489')) throw new Error('another scale rule than the file states');
    const axis = (design: number[][], d: number[]) => {
      const x = fromRows(design);
      const huber = robustLeastSquares(x, d, { estimator: 'huber', tuning: num(input, 'huberK', 1.345) });
      const bisquare = robustLeastSquares(x, d, { estimator: 'bisquare', tuning: num(input, 'bisquareC', 4.685) });
      const smallest = (w: Float64Array) => w.reduce((a, b) => Math.min(a, b), 1);
      return {
        ols: leastSquares(x, d).coefficients,
        huber: { coefficients: huber.coefficients, scale: huber.scale, minWeight: smallest(huber.robustWeights) },
        bisquare: {
          coefficients: bisquare.coefficients,
          scale: bisquare.scale,
          zeroWeight: Array.from(bisquare.robustWeights.keys()).filter((i) => bisquare.robustWeights[i] === 0),
          minWeight: smallest(bisquare.robustWeights),
        },
      };
    };
    return { dx: axis(waferColumns(input, 'xy'), vec(input, 'dx')), dy: axis(waferColumns(input, 'yx'), vec(input, 'dy')) };
  },
};
