import { type Complex, type ComplexArray, complexArray, complexInvertInPlace, complexMultiply } from '@/lib/numerics';
import { fourierCoefficients, type Piecewise, piecewisePermittivity, reciprocal, toeplitz } from './fourier';
import { modesOf } from './line-grating';
import { type LayerModes, layerModes } from './modal-recursion';
import { addKronecker, labels, opposite, type Parity, reduce } from './parity';

/** A rectangle with its refractive index; it repeats with both periods, and later rectangles cover earlier ones. */
export interface Rectangle {
  readonly centreXNm: number;
  readonly centreYNm: number;
  readonly widthXNm: number;
  readonly widthYNm: number;
  /** ñ = n + ik. */
  readonly index: Complex;
}

/** A slice of a crossed grating: rectangles in a background. */
export interface CrossedLayer {
  readonly thicknessNm: number;
  /** ñ = n + ik where no rectangle is. */
  readonly background: Complex;
  readonly rectangles: readonly Rectangle[];
}

/** Parity of E_x along x and y; the other components follow. */
export interface FieldParity {
  readonly x: Parity;
  readonly y: Parity;
}

/** Strips of a layer across one axis: the share of the other axis they fill, the permittivity along their own and the rectangles in them. */
export interface Strip {
  readonly profile: Piecewise;
  readonly mask: Piecewise;
  /** Indices of the rectangles. */
  readonly inside: readonly number[];
}

/** Axis along which a layer is cut into strips. */
export type Axis = 'x' | 'y';

/** Extent of each rectangle along an axis (x0Nm to x1Nm) and across it (from, width). */
export function boxesOf(layer: CrossedLayer, along: Axis) {
  return layer.rectangles.map((r) => {
    const [c, w, d, v] =
      along === 'x' ? [r.centreXNm, r.widthXNm, r.centreYNm, r.widthYNm] : [r.centreYNm, r.widthYNm, r.centreXNm, r.widthXNm];
    return { x0Nm: c - w / 2, x1Nm: c + w / 2, from: d - v / 2, width: v, index: r.index };
  });
}

/** A position in periods, within [0, 1). @param xNm - nm. @param periodNm - Λ, nm. @returns x/Λ modulo 1. */
export const wrapPeriod = (xNm: number, periodNm: number): number => xNm / periodNm - Math.floor(xNm / periodNm);

/**
 * Strips of a layer: between two borders of rectangles the permittivity depends on one coordinate alone.
 * @param periods - (Λ_x, Λ_y), nm.
 * @reference Li, J. Opt. Soc. Am. A 14 (1997) 2758, §3.
 */
export function strips(layer: CrossedLayer, periods: readonly [number, number], along: Axis): Strip[] {
  const [own, other] = along === 'x' ? periods : ([periods[1], periods[0]] as const);
  const boxes = boxesOf(layer, along);
  const wrap = (x: number): number => wrapPeriod(x, other);
  const cuts = [...new Set([0, ...boxes.flatMap((b) => [wrap(b.from), wrap(b.from + b.width)])])].sort((a, b) => a - b);
  const known = new Map<string, { profile: Piecewise; inside: number[]; parts: boolean[] }>();
  for (const [k, a] of cuts.entries()) {
    const middle = 0.5 * (a + (cuts[k + 1] ?? 1)) * other;
    const inside = [...boxes.keys()].filter((i) => wrap(middle - boxes[i]!.from) * other < boxes[i]!.width);
    const key = inside.join();
    const entry = known.get(key) ?? {
      profile: piecewisePermittivity(
        own,
        layer.background,
        inside.map((i) => boxes[i]!),
      ),
      inside,
      parts: cuts.map(() => false),
    };
    entry.parts[k] = true;
    known.set(key, entry);
  }
  return [...known.values()].map(({ profile, inside, parts }) => ({
    profile,
    inside,
    mask: { breaks: Float64Array.from(cuts), values: parts.map((p) => ({ re: p ? 1 : 0, im: 0 })) },
  }));
}

/** Whether the layer is its own mirror image under x → −x (or y → −y). @param periods - (Λ_x, Λ_y), nm. */
export function isMirrored(layer: CrossedLayer, periods: readonly [number, number], axis: Axis): boolean {
  return strips(layer, periods, axis).every(({ profile }) => {
    const c = fourierCoefficients(profile, 8);
    const scale = Math.hypot(c.re[8]!, c.im[8]!);
    for (let m = 1; m <= 8; m++)
      if (Math.hypot(c.re[8 + m]! - c.re[8 - m]!, c.im[8 + m]! - c.im[8 - m]!) > 1e-12 * scale) return false;
    return true;
  });
}

/** F of a profile: Laurent's rule [[ε]], the inverse rule [[1/ε]]⁻¹, or [[ε]]⁻¹. */
export type FactorRule = 'laurent' | 'inverse' | 'reciprocal';

/**
 * Σ over strips of F(profile along the axis) ⊗ mask across it, in the basis of a parity pair; x is the outer index.
 * @param truncation - (M_x, M_y).
 * @returns square, row-major, of the order of the basis.
 * @reference Li, J. Opt. Soc. Am. A 14 (1997) 2758, §3.
 */
export function permittivityMatrix(
  list: readonly Strip[],
  along: Axis,
  p: FieldParity,
  truncation: readonly [number, number],
  rule: FactorRule,
): ComplexArray {
  const [mx, my] = truncation;
  const [own, other] = along === 'x' ? [mx, my] : [my, mx];
  const a = labels(p.x, mx).length;
  const b = labels(p.y, my).length;
  const out = complexArray((a * b) ** 2);
  for (const s of list) {
    const n = 2 * own + 1;
    const main = toeplitz(fourierCoefficients(s.profile, 2 * own, rule === 'inverse' ? reciprocal : undefined), n);
    if (rule !== 'laurent') complexInvertInPlace(main, n);
    const mask = toeplitz(fourierCoefficients(s.mask, 2 * other), 2 * other + 1);
    const [x, y] = along === 'x' ? [main, mask] : [mask, main];
    addKronecker(out, reduce(x, p.x, mx), a, reduce(y, p.y, my), b);
  }
  return out;
}

/**
 * On which profiles ε is factorised: of each field along its own axis (`both`, symmetric in x and y), or of both fields along x or along y. The three have
 * one limit and differ at finite M by about their truncation errors.
 */
export type StripAxis = 'both' | 'x' | 'y';

/** Bases of E_x, E_y and E_z. */
export function fieldSpaces(p: FieldParity, [mx, my]: readonly [number, number]) {
  const space = (x: Parity, y: Parity): { readonly x: number; readonly y: number }[] => {
    const out: { x: number; y: number }[] = [];
    for (const i of labels(x, mx)) for (const j of labels(y, my)) out.push({ x: i, y: j });
    return out;
  };
  const [qx, qy] = [opposite(p.x), opposite(p.y)];
  return { A: space(p.x, p.y), B: space(qx, qy), C: space(qx, p.y) };
}

/** Wave numbers over k₀ of one axis: value of a label. */
export interface WaveNumbers {
  readonly x: (label: number) => number;
  readonly y: (label: number) => number;
}

/**
 * Modes of a doubly periodic layer of rectangles. Fields are (E_x; E_y) and (H_y; H_x), E_x and H_y of parity p, E_y and H_x of the opposite, E_z mixed. D_x =
 * ε E_x is factorised by the inverse rule along x and Laurent's along y, D_y the other way round, D_z by Laurent's rule. Which of the two comes first is left
 * open by the theory: `profiles`.
 * @param periods - (Λ_x, Λ_y), nm.
 * @param truncation - (M_x, M_y).
 * @param k - wave numbers over k₀ of the orders.
 * @reference Li, J. Opt. Soc. Am. A 14 (1997) 2758, §3 (rectangles).
 * @reference Li, J. Opt. Soc. Am. A 14 (1997) 2758.
 */
export function crossedModes(
  layer: CrossedLayer,
  periods: readonly [number, number],
  truncation: readonly [number, number],
  p: FieldParity,
  k: WaveNumbers,
  profiles: StripAxis = 'both',
): LayerModes {
  const [qx, qy] = [opposite(p.x), opposite(p.y)];
  const { A, B, C } = fieldSpaces(p, truncation);
  const a = A.length;
  const b = B.length;
  const n = a + b;
  const acrossX = strips(layer, periods, 'x');
  const acrossY = strips(layer, periods, 'y');
  // inverse rule strip by strip along the field, then Laurent's across it; or Laurent's on the strips across the field, then the inverse rule
  const along = (list: readonly Strip[], axis: Axis, q: FieldParity): ComplexArray =>
    permittivityMatrix(list, axis, q, truncation, 'inverse');
  const across = (list: readonly Strip[], axis: Axis, q: FieldParity, size: number): ComplexArray => {
    const out = permittivityMatrix(list, axis, q, truncation, 'reciprocal');
    complexInvertInPlace(out, size);
    return out;
  };
  const q: FieldParity = { x: qx, y: qy };
  const ex = profiles === 'y' ? across(acrossY, 'y', p, a) : along(acrossX, 'x', p);
  const ey = profiles === 'x' ? across(acrossX, 'x', q, b) : along(acrossY, 'y', q);
  const ez = permittivityMatrix(acrossX, 'x', { x: qx, y: p.y }, truncation, 'laurent');
  complexInvertInPlace(ez, C.length);
  const at = (list: readonly { x: number; y: number }[]) => {
    const map = new Map(list.map((l, i) => [`${l.x},${l.y}`, i]));
    return (l: { x: number; y: number }): number => map.get(`${l.x},${l.y}`) ?? -1;
  };
  const inC = at(C);
  const inB = at(B);
  // rows (E_x, E_y), columns (H_y, H_x): E′ = iP H
  const P = complexArray(n * n);
  const [cA, cB] = [A.map(inC), B.map(inC)];
  const c = C.length;
  const fill = (row: number, col: number, i: number, j: number, factor: number): void => {
    if (i < 0 || j < 0) return;
    P.re[row * n + col]! += factor * ez.re[i * c + j]!;
    P.im[row * n + col]! += factor * ez.im[i * c + j]!;
  };
  for (const [i, u] of A.entries()) {
    P.re[i * n + i]! += 1;
    for (const [j, v] of A.entries()) fill(i, j, cA[i]!, cA[j]!, -k.x(u.x) * k.x(v.x));
    for (const [j, v] of B.entries()) fill(i, a + j, cA[i]!, cB[j]!, k.x(u.x) * k.y(v.y));
  }
  for (const [i, u] of B.entries()) {
    P.re[(a + i) * n + a + i]! -= 1;
    for (const [j, v] of A.entries()) fill(a + i, j, cB[i]!, cA[j]!, -k.y(u.y) * k.x(v.x));
    for (const [j, v] of B.entries()) fill(a + i, a + j, cB[i]!, cB[j]!, k.y(u.y) * k.y(v.y));
  }
  // rows (H_y, H_x), columns (E_x, E_y): H′ = iQ E
  const Q = complexArray(n * n);
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < a; j++) {
      Q.re[i * n + j] = ex.re[i * a + j]!;
      Q.im[i * n + j] = ex.im[i * a + j]!;
    }
    const u = A[i]!;
    Q.re[i * n + i]! -= k.y(u.y) ** 2;
    const partner = inB(u);
    if (partner >= 0) {
      Q.re[i * n + a + partner]! += k.x(u.x) * k.y(u.y);
      Q.re[(a + partner) * n + i]! -= k.x(u.x) * k.y(u.y);
    }
  }
  for (let i = 0; i < b; i++) {
    for (let j = 0; j < b; j++) {
      Q.re[(a + i) * n + a + j] = -ey.re[i * b + j]!;
      Q.im[(a + i) * n + a + j] = -ey.im[i * b + j]!;
    }
    Q.re[(a + i) * n + a + i]! += k.x(B[i]!.x) ** 2;
  }
  const { g, w } = modesOf(complexMultiply(P, Q, n, n, n), n);
  const v = complexMultiply(Q, w, n, n, n);
  for (let j = 0; j < n; j++) {
    if (Math.hypot(g.re[j]!, g.im[j]!) < 1e-12) g.re[j] = 1e-12;
    const d = g.re[j]! ** 2 + g.im[j]! ** 2;
    for (let i = 0; i < n; i++) {
      const s = i * n + j;
      const re = (v.re[s]! * g.re[j]! + v.im[s]! * g.im[j]!) / d;
      v.im[s] = (v.im[s]! * g.re[j]! - v.re[s]! * g.im[j]!) / d;
      v.re[s] = re;
    }
  }
  return layerModes(n, g, w, v);
}
