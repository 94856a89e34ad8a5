import { type ComplexArray, complexMultiply, complexMultiplyVector } from '@/lib/numerics';
import { complexBlock } from './complex-arithmetic';
import type { LayerStep } from './modal-recursion';

/** Fields and adjoint fields of one layer, and the integrals of their products over its depth: what every derivative of the layer needs. */
export interface LayerSensitivity {
  readonly n: number;
  readonly step: LayerStep;
  /** Downward modes at the top, upward modes at the bottom. */
  readonly a: ComplexArray;
  readonly b: ComplexArray;
  /** Adjoint rows of the wanted outputs, (m, n): downward at the top, upward at the bottom. */
  readonly p: ComplexArray;
  readonly q: ComplexArray;
  readonly outputs: number;
  /** ∫X_i X_j dζ and ∫X_i(ζ) X_j(D − ζ) dζ, (n, n). */
  readonly along: ComplexArray;
  readonly across: ComplexArray;
  /** k₀ times the thickness, rad. */
  readonly k0d: number;
}

/** Fields U below the layer and adjoint rows β below it, for the next layer. */
export interface Descent {
  readonly sensitivity: LayerSensitivity;
  /** (n,). */
  readonly u: ComplexArray;
  /** (outputs, n). */
  readonly beta: ComplexArray;
}

/**
 * Modes and adjoint modes of a layer from the field U and the adjoint rows β at its top. With U′ = iPV, V′ = iQU (ζ = k₀z) and the adjoint system
 * α′ = −iβQ, β′ = −iαP, α = −βY + c, a change of P and Q moves the outputs by i∫(α δP V + β δQ U)dζ. No eigenvector is differentiated: only integrals of
 * exponentials occur, which are smooth where eigenvalues meet.
 * @param u - (n,).
 * @param beta - (outputs, n).
 * @param outputs - number of adjoint rows.
 * @param k0d - k₀ times the thickness, rad.
 * @param source - of `lift`, where outputs are taken below the stack; null for reflected ones (c = 0).
 * @reference adjoint of the Riccati recursion; divided differences of the exponential: Higham, Functions of Matrices (2008), §3.2, 10.6.
 */
export function descend(
  step: LayerStep,
  u: ComplexArray,
  beta: ComplexArray,
  outputs: number,
  k0d: number,
  source: ComplexArray | null = null,
): Descent {
  const field = descendField(step, u);
  const adjoint = descendAdjoint(step, beta, outputs, source);
  const { n } = step.modes;
  return {
    sensitivity: { n, step, ...field, ...adjoint, outputs, ...modeIntegrals(step, k0d), k0d },
    u: field.below,
    beta: adjoint.below,
  };
}

/** The forward half of {@link descend}: downward modes at the top, upward modes at the bottom, U below. @param u - U at the top, (n,). */
export function descendField(step: LayerStep, u: ComplexArray): { a: ComplexArray; b: ComplexArray; below: ComplexArray } {
  const { modes, rho, x, top } = step;
  const { n } = modes;
  const a = complexMultiplyVector(top, complexMultiplyVector(modes.wInverse, u, n, n), n, n);
  const [xa, sum] = complexBlock(n, n) as [ComplexArray, ComplexArray];
  scaleRow(a, x, n, 1, xa);
  const b = complexMultiplyVector(rho, xa, n, n);
  addInto(b, xa, sum);
  return { a, b, below: complexMultiplyVector(modes.w, sum, n, n) };
}

/**
 * The adjoint half of {@link descend}: p = (βV − sX)(1 + Q)⁻¹, q = pXρ + s, β below (pX + q)V⁻¹.
 * @param beta - β at the top, (outputs, n).
 * @param source - s of `lift`, (outputs, n); null for reflected outputs.
 */
export function descendAdjoint(
  step: LayerStep,
  beta: ComplexArray,
  outputs: number,
  source: ComplexArray | null,
): { p: ComplexArray; q: ComplexArray; below: ComplexArray } {
  const { modes, rho, x, top } = step;
  const { n } = modes;
  const many = outputs * n;
  const [px, sum, p, q] = complexBlock(many, many, many, many) as [ComplexArray, ComplexArray, ComplexArray, ComplexArray];
  complexMultiply(beta, modes.v, outputs, n, n, sum);
  if (source) {
    scaleRow(source, x, n, outputs, px);
    for (let s = 0; s < many; s++) {
      sum.re[s]! -= px.re[s]!;
      sum.im[s]! -= px.im[s]!;
    }
  }
  complexMultiply(sum, top, outputs, n, n, p);
  scaleRow(p, x, n, outputs, px);
  complexMultiply(px, rho, outputs, n, n, q);
  if (source) addInto(q, source, q);
  addInto(px, q, sum);
  return { p, q, below: complexMultiply(sum, modes.vInverse, outputs, n, n) };
}

/**
 * Rows c of outputs c·U below a layer as rows of U above it, c W(1 + ρ)X(1 + Q)⁻¹W⁻¹, and the source s = c W(1 + ρ)/2 that the downward pass needs.
 * @param c - (outputs, n).
 * @returns s and the rows above the layer, (outputs, n) each.
 * @reference as {@link descend}.
 */
export function lift(step: LayerStep, c: ComplexArray, outputs: number): { source: ComplexArray; above: ComplexArray } {
  const { modes, rho, x, top } = step;
  const { n } = modes;
  const many = outputs * n;
  const [source, sx] = complexBlock(many, many) as [ComplexArray, ComplexArray];
  const cw = complexMultiply(c, modes.w, outputs, n, n);
  complexMultiply(cw, rho, outputs, n, n, source);
  for (let s = 0; s < many; s++) {
    source.re[s] = 0.5 * (source.re[s]! + cw.re[s]!);
    source.im[s] = 0.5 * (source.im[s]! + cw.im[s]!);
  }
  scaleRow(source, x, n, outputs, sx);
  for (let s = 0; s < many; s++) {
    sx.re[s]! *= 2;
    sx.im[s]! *= 2;
  }
  return { source, above: complexMultiply(complexMultiply(sx, top, outputs, n, n), modes.wInverse, outputs, n, n) };
}

// out ← rows·diag(x), a vector is one row.
function scaleRow(a: ComplexArray, x: ComplexArray, n: number, rows: number, out: ComplexArray): void {
  for (let m = 0; m < rows; m++) {
    for (let i = 0; i < n; i++) {
      const s = m * n + i;
      const re = a.re[s]! * x.re[i]! - a.im[s]! * x.im[i]!;
      out.im[s] = a.re[s]! * x.im[i]! + a.im[s]! * x.re[i]!;
      out.re[s] = re;
    }
  }
}

function addInto(a: ComplexArray, b: ComplexArray, out: ComplexArray): void {
  for (let s = 0; s < out.re.length; s++) {
    out.re[s] = a.re[s]! + b.re[s]!;
    out.im[s] = a.im[s]! + b.im[s]!;
  }
}

/**
 * Integrals of the products of mode exponentials over a layer, see {@link LayerSensitivity}.
 * @param d - k₀ times the thickness, rad.
 * @returns (n, n) each, row-major.
 * @reference divided differences of the exponential: Higham, Functions of Matrices (2008), §10.6.
 */
export function modeIntegrals(step: LayerStep, d: number): { along: ComplexArray; across: ComplexArray } {
  const { n, g } = step.modes;
  const { x } = step;
  const [along, across] = complexBlock(n * n, n * n) as [ComplexArray, ComplexArray];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const s = i * n + j;
      // i(g_i + g_j)d; for the other the slower decay is taken out, so that the remaining exponent does not grow
      put(along, s, d, -(g.im[i]! + g.im[j]!) * d, (g.re[i]! + g.re[j]!) * d, 1, 0);
      const k = g.im[i]! < g.im[j]! ? i : j;
      const l = k === i ? j : i;
      put(across, s, d, -(g.im[l]! - g.im[k]!) * d, (g.re[l]! - g.re[k]!) * d, x.re[k]!, x.im[k]!);
    }
  }
  return { along, across };
}

// out ← d·f·(e^z − 1)/z.
function put(out: ComplexArray, s: number, d: number, zr: number, zi: number, fr: number, fi: number): void {
  let re: number;
  let im: number;
  const size = zr * zr + zi * zi;
  if (size < 0.01) {
    // Taylor series to |z|⁹/10! below 1e-15
    re = 1;
    im = 0;
    let tr = 1;
    let ti = 0;
    for (let k = 2; k <= 10; k++) {
      const t = (tr * zr - ti * zi) / k;
      ti = (tr * zi + ti * zr) / k;
      tr = t;
      re += tr;
      im += ti;
    }
  } else {
    const e = Math.exp(zr);
    const u = e * Math.cos(zi) - 1;
    const v = e * Math.sin(zi);
    re = (u * zr + v * zi) / size;
    im = (v * zr - u * zi) / size;
  }
  out.re[s] = d * (re * fr - im * fi);
  out.im[s] = d * (re * fi + im * fr);
}

/**
 * i∫(α δP V + β δQ U)dζ of every output for modal changes δQ̂ = V⁻¹δQ W and δP̂ = W⁻¹δP V, added to `out`.
 * @param q @param p - (n, n), or null where it does not change.
 * @param out - (outputs,).
 */
export function addModalChange(s: LayerSensitivity, q: ComplexArray | null, p: ComplexArray | null, out: ComplexArray): void {
  const { n, along, across, a, b } = s;
  const [down, up] = complexBlock(n, n) as [ComplexArray, ComplexArray];
  for (let i = 0; i < n; i++) {
    let dr = 0;
    let di = 0;
    let ur = 0;
    let ui = 0;
    for (let j = 0; j < n; j++) {
      const k = i * n + j;
      const qr = q ? q.re[k]! : 0;
      const qi = q ? q.im[k]! : 0;
      const pr = p ? p.re[k]! : 0;
      const pi = p ? p.im[k]! : 0;
      const mr = (qr - pr) * along.re[k]! - (qi - pi) * along.im[k]!;
      const mi = (qr - pr) * along.im[k]! + (qi - pi) * along.re[k]!;
      const sr = (qr + pr) * across.re[k]! - (qi + pi) * across.im[k]!;
      const si = (qr + pr) * across.im[k]! + (qi + pi) * across.re[k]!;
      dr += mr * a.re[j]! - mi * a.im[j]! + sr * b.re[j]! - si * b.im[j]!;
      di += mr * a.im[j]! + mi * a.re[j]! + sr * b.im[j]! + si * b.re[j]!;
      ur += sr * a.re[j]! - si * a.im[j]! + mr * b.re[j]! - mi * b.im[j]!;
      ui += sr * a.im[j]! + si * a.re[j]! + mr * b.im[j]! + mi * b.re[j]!;
    }
    down.re[i] = dr;
    down.im[i] = di;
    up.re[i] = ur;
    up.im[i] = ui;
  }
  for (let m = 0; m < s.outputs; m++) {
    let re = 0;
    let im = 0;
    for (let i = 0; i < n; i++) {
      const k = m * n + i;
      re += s.p.re[k]! * down.re[i]! - s.p.im[k]! * down.im[i]! + s.q.re[k]! * up.re[i]! - s.q.im[k]! * up.im[i]!;
      im += s.p.re[k]! * down.im[i]! + s.p.im[k]! * down.re[i]! + s.q.re[k]! * up.im[i]! + s.q.im[k]! * up.re[i]!;
    }
    out.re[m]! -= im;
    out.im[m]! += re;
  }
}

/**
 * The same for a change of k₀d: 2i δ(k₀d) Σ g X (p b + q a), added to `out`.
 * @param deltaK0d - δ(k₀d), rad per unit of the parameter.
 * @param out - (outputs,).
 */
export function addThicknessChange(s: LayerSensitivity, deltaK0d: number, out: ComplexArray): void {
  const { n, a, b } = s;
  const { g } = s.step.modes;
  const { x } = s.step;
  for (let m = 0; m < s.outputs; m++) {
    let re = 0;
    let im = 0;
    for (let i = 0; i < n; i++) {
      const k = m * n + i;
      const ur = s.p.re[k]! * b.re[i]! - s.p.im[k]! * b.im[i]! + s.q.re[k]! * a.re[i]! - s.q.im[k]! * a.im[i]!;
      const ui = s.p.re[k]! * b.im[i]! + s.p.im[k]! * b.re[i]! + s.q.re[k]! * a.im[i]! + s.q.im[k]! * a.re[i]!;
      const vr = g.re[i]! * x.re[i]! - g.im[i]! * x.im[i]!;
      const vi = g.re[i]! * x.im[i]! + g.im[i]! * x.re[i]!;
      re += ur * vr - ui * vi;
      im += ur * vi + ui * vr;
    }
    out.re[m]! -= 2 * deltaK0d * im;
    out.im[m]! += 2 * deltaK0d * re;
  }
}
