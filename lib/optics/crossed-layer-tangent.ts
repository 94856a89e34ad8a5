import { AppError } from '@/lib/errors';
import { type Complex, type ComplexArray, complexArray, complexInvertInPlace, complexMultiply } from '@/lib/numerics';
import {
  type Axis,
  boxesOf,
  type CrossedLayer,
  type FactorRule,
  type FieldParity,
  permittivityMatrix,
  type StripAxis,
  strips,
  wrapPeriod,
} from './crossed-layer';
import { fourierCoefficients, reciprocal, toeplitz } from './fourier';
import { fourierTangent } from './fourier-tangent';
import { addKronecker, labels, reduce } from './parity';

/** How a layer of rectangles moves with one parameter p: every entry is ∂/∂p. What is left out does not move. */
export interface CrossedLayerTangent {
  readonly thicknessNm?: number;
  /** ∂ñ of the background. */
  readonly background?: Complex;
  /** In the order of the layer's rectangles. */
  readonly rectangles?: readonly (RectangleTangent | null)[];
}

/** How a rectangle moves with one parameter: ∂ of its centre and widths (nm) and of ñ. */
export interface RectangleTangent {
  readonly centreXNm?: number;
  readonly centreYNm?: number;
  readonly widthXNm?: number;
  readonly widthYNm?: number;
  /** ∂ñ. */
  readonly index?: Complex;
}

/**
 * The tangent with positions and widths in periods: with the periods growing by δΛ a length x falls back by x δΛ/Λ.
 * @param periods - (Λ_x, Λ_y), nm.
 * @param periodTangents - (∂Λ_x, ∂Λ_y), nm.
 * @returns the tangent in units of the periods; null where nothing moves.
 */
export function crossedInPeriods(
  layer: CrossedLayer,
  t: CrossedLayerTangent | null,
  periods: readonly [number, number],
  periodTangents: readonly [number, number],
): CrossedLayerTangent | null {
  const [rx, ry] = [periodTangents[0] / periods[0], periodTangents[1] / periods[1]];
  if (rx === 0 && ry === 0) return t;
  return {
    ...t,
    rectangles: layer.rectangles.map((r, i) => {
      const own = t?.rectangles?.[i];
      return {
        ...own,
        centreXNm: (own?.centreXNm ?? 0) - rx * r.centreXNm,
        widthXNm: (own?.widthXNm ?? 0) - rx * r.widthXNm,
        centreYNm: (own?.centreYNm ?? 0) - ry * r.centreYNm,
        widthYNm: (own?.widthYNm ?? 0) - ry * r.widthYNm,
      };
    }),
  };
}

/** Whether anything but the thickness moves. */
export function movesMaterial(t: CrossedLayerTangent | null | undefined): t is CrossedLayerTangent {
  const isMoved = (v: number | Complex | undefined): boolean =>
    typeof v === 'object' ? v.re !== 0 || v.im !== 0 : v !== undefined && v !== 0;
  return !!t && (isMoved(t.background) || (t.rectangles ?? []).some((r) => r && Object.values(r).some(isMoved)));
}

/** Changes of the matrices of D_x = εE_x, D_y = εE_y and D_z = εE_z in the bases of a parity. */
export interface PermittivityChange {
  readonly x: ComplexArray;
  readonly y: ComplexArray;
  readonly z: ComplexArray;
}

/**
 * The change behind `crossedModes`, by the same rules.
 * @param periods - (Λ_x, Λ_y), nm.
 * @param truncation - (M_x, M_y).
 * @param p - parity of E_x along x and y.
 * @param q - parity of E_y.
 * @throws AppError `invalid_input` where edges that coincide move apart.
 * @reference Li, J. Opt. Soc. Am. A 14 (1997) 2758, §3, differentiated.
 */
export function permittivityChange(
  layer: CrossedLayer,
  tangent: CrossedLayerTangent,
  periods: readonly [number, number],
  truncation: readonly [number, number],
  p: FieldParity,
  q: FieldParity,
  profiles: StripAxis,
): PermittivityChange {
  const along = (axis: Axis, parity: FieldParity, rule: FactorRule): ComplexArray =>
    matrixChange(layer, tangent, periods, axis, parity, truncation, rule);
  // Laurent's rule on the strips across the field, then the inverse rule: δF⁻¹ = −F⁻¹ δF F⁻¹
  const across = (axis: Axis, parity: FieldParity): ComplexArray => {
    const size = labels(parity.x, truncation[0]).length * labels(parity.y, truncation[1]).length;
    const inverse = permittivityMatrix(strips(layer, periods, axis), axis, parity, truncation, 'reciprocal');
    complexInvertInPlace(inverse, size);
    return negatedSandwich(inverse, along(axis, parity, 'reciprocal'), size);
  };
  return {
    x: profiles === 'y' ? across('y', p) : along('x', p, 'inverse'),
    y: profiles === 'x' ? across('x', q) : along('y', q, 'inverse'),
    z: along('x', { x: q.x, y: p.y }, 'laurent'),
  };
}

// δ of `permittivityMatrix`: Σ δF ⊗ mask + F ⊗ δmask.
function matrixChange(
  layer: CrossedLayer,
  tangent: CrossedLayerTangent,
  periods: readonly [number, number],
  along: Axis,
  p: FieldParity,
  [mx, my]: readonly [number, number],
  rule: FactorRule,
): ComplexArray {
  const [own, other] = along === 'x' ? [mx, my] : [my, mx];
  const [ownPeriod, otherPeriod] = along === 'x' ? periods : ([periods[1], periods[0]] as const);
  const boxes = boxesOf(layer, along);
  const moves = layer.rectangles.map((_, i) => boxMove(tangent.rectangles?.[i], along));
  const a = labels(p.x, mx).length;
  const b = labels(p.y, my).length;
  const out = complexArray((a * b) ** 2);
  const n = 2 * own + 1;
  const nOther = 2 * other + 1;
  const list = strips(layer, periods, along);
  const speeds = cutSpeeds(list[0]!.mask.breaks, boxes, moves, otherPeriod);
  for (const s of list) {
    const main = toeplitz(fourierCoefficients(s.profile, 2 * own, rule === 'inverse' ? reciprocal : undefined), n);
    if (rule !== 'laurent') complexInvertInPlace(main, n);
    const change = fourierTangent(
      { thicknessNm: 0, background: layer.background, segments: s.inside.map((i) => boxes[i]!) },
      {
        ...(tangent.background ? { background: tangent.background } : {}),
        segments: s.inside.map((i) => moves[i]!.along),
      },
      ownPeriod,
      2 * own,
    );
    const mask = toeplitz(fourierCoefficients(s.mask, 2 * other), nOther);
    const add = (u: ComplexArray, v: ComplexArray): void => {
      const [x, y] = along === 'x' ? [u, v] : [v, u];
      addKronecker(out, reduce(x, p.x, mx), a, reduce(y, p.y, my), b);
    };
    if (change) {
      const which = rule === 'inverse' ? 'inverse' : 'direct';
      const c = change.values ? change.values[which] : complexArray(4 * own + 1);
      for (const e of change.edges) addWave(c, 2 * own, e.at, e[which]);
      const moved = toeplitz(c, n);
      add(rule === 'laurent' ? moved : negatedSandwich(main, moved, n), mask);
    }
    const c = complexArray(4 * other + 1);
    const { breaks, values } = s.mask;
    for (const [k, speed] of speeds.entries()) {
      const jump = values[(k + values.length - 1) % values.length]!.re - values[k]!.re;
      if (jump !== 0 && speed !== 0) addWave(c, 2 * other, breaks[k]!, { re: jump * speed, im: 0 });
    }
    if (c.re.some((v) => v !== 0)) add(main, toeplitz(c, nOther));
  }
  return out;
}

interface BoxMove {
  readonly along: { readonly x0Nm: number; readonly x1Nm: number; readonly index?: Complex };
  readonly from: number;
  readonly to: number;
}

function boxMove(t: RectangleTangent | null | undefined, along: Axis): BoxMove {
  const x = [t?.centreXNm ?? 0, t?.widthXNm ?? 0] as const;
  const y = [t?.centreYNm ?? 0, t?.widthYNm ?? 0] as const;
  const [[c, w], [d, v]] = along === 'x' ? [x, y] : [y, x];
  return {
    along: { x0Nm: c - w / 2, x1Nm: c + w / 2, ...(t?.index ? { index: t.index } : {}) },
    from: d - v / 2,
    to: d + v / 2,
  };
}

// How fast each cut between strips moves, in periods.
function cutSpeeds(cuts: Float64Array, boxes: ReturnType<typeof boxesOf>, moves: readonly BoxMove[], period: number): number[] {
  return Array.from(cuts, (cut) => {
    const here = boxes.flatMap((b, i) => [
      ...(wrapPeriod(b.from, period) === cut ? [moves[i]!.from / period] : []),
      ...(wrapPeriod(b.from + b.width, period) === cut ? [moves[i]!.to / period] : []),
    ]);
    const first = here[0] ?? 0;
    if (here.some((v) => Math.abs(v - first) > 1e-12 * Math.max(Math.abs(v), Math.abs(first))))
      throw new AppError(
        'invalid_input',
        `edges of rectangles that coincide at ${cut * period} nm move apart, where the structure has no derivative; move them together or set them apart`,
        { field: 'rectangles' },
      );
    return first;
  });
}

// c_m += size·exp(−2πi m x), |m| ≤ order.
function addWave(c: ComplexArray, order: number, at: number, size: Complex): void {
  for (let m = -order; m <= order; m++) {
    const [u, v] = [Math.cos(2 * Math.PI * m * at), -Math.sin(2 * Math.PI * m * at)];
    c.re[m + order]! += size.re * u - size.im * v;
    c.im[m + order]! += size.re * v + size.im * u;
  }
}

// −F δ F
function negatedSandwich(f: ComplexArray, change: ComplexArray, n: number): ComplexArray {
  const out = complexMultiply(complexMultiply(f, change, n, n, n), f, n, n, n);
  for (let i = 0; i < n * n; i++) {
    out.re[i] = -out.re[i]!;
    out.im[i] = -out.im[i]!;
  }
  return out;
}

/** The layer displaced a little along a tangent, to see whether it keeps a mirror plane. @param periods - (Λ_x, Λ_y), nm. */
export function movedLayer(layer: CrossedLayer, t: CrossedLayerTangent, periods: readonly [number, number]): CrossedLayer {
  const [px, py] = periods;
  const index = (n: Complex, d: Complex | undefined, h: number): Complex => ({
    re: n.re + h * (d?.re ?? 0),
    im: n.im + h * (d?.im ?? 0),
  });
  const sizes = (t.rectangles ?? []).flatMap((r) => [
    Math.abs(r?.centreXNm ?? 0) / px,
    Math.abs(r?.widthXNm ?? 0) / px,
    Math.abs(r?.centreYNm ?? 0) / py,
    Math.abs(r?.widthYNm ?? 0) / py,
    Math.hypot(r?.index?.re ?? 0, r?.index?.im ?? 0),
  ]);
  const h = 1e-4 / Math.max(...sizes, Math.hypot(t.background?.re ?? 0, t.background?.im ?? 0));
  return {
    thicknessNm: layer.thicknessNm,
    background: index(layer.background, t.background, h),
    rectangles: layer.rectangles.map((r, i) => {
      const d = t.rectangles?.[i];
      return {
        centreXNm: r.centreXNm + h * (d?.centreXNm ?? 0),
        centreYNm: r.centreYNm + h * (d?.centreYNm ?? 0),
        widthXNm: Math.min(px, r.widthXNm + h * (d?.widthXNm ?? 0)),
        widthYNm: Math.min(py, r.widthYNm + h * (d?.widthYNm ?? 0)),
        index: index(r.index, d?.index, h),
      };
    }),
  };
}
