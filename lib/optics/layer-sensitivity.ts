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
  readonly k0d: number;
}

/** Fields U below the layer and adjoint rows β below it, for the next layer. */
export interface Descent {
  readonly sensitivity: LayerSensitivity;
  readonly u: ComplexArray;
  readonly beta: ComplexArray;
}

/**
 * Modes and adjoint modes of a layer from the field U and the adjoint rows β at its top. With U′ = iPV, V′ = iQU (ζ = k₀z) and the adjoint system
 * α′ = −iβQ, β′ = −iαP, α = −βY, a change of P and Q moves the outputs by i∫(α δP V + β δQ U)dζ. No eigenvector is differentiated: only integrals of
 * exponentials occur, which are smooth where eigenvalues meet.
 * @param u - (n,). @param beta - (outputs, n).
 * @reference adjoint of the Riccati recursion; divided differences of the exponential: Higham, Functions of Matrices (2008), §3.2, 10.6.
 */
export function descend(step: LayerStep, u: ComplexArray, beta: ComplexArray, outputs: number, k0d: number): Descent {
  const { modes, rho, x, top } = step;
  const { n, g } = modes;
  const a = complexMultiplyVector(top, complexMultiplyVector(modes.wInverse, u, n, n), n, n);
  const many = outputs * n;
  const [xa, below, px, sum, p, q] = complexBlock(n, n, many, many, many, many) as Six;
  for (let i = 0; i < n; i++) {
    xa.re[i] = a.re[i]! * x.re[i]! - a.im[i]! * x.im[i]!;
    xa.im[i] = a.re[i]! * x.im[i]! + a.im[i]! * x.re[i]!;
  }
  const b = complexMultiplyVector(rho, xa, n, n);
  for (let i = 0; i < n; i++) {
    below.re[i] = xa.re[i]! + b.re[i]!;
    below.im[i] = xa.im[i]! + b.im[i]!;
  }
  complexMultiply(complexMultiply(beta, modes.v, outputs, n, n, sum), top, outputs, n, n, p);
  for (let m = 0; m < outputs; m++) {
    for (let i = 0; i < n; i++) {
      const s = m * n + i;
      px.re[s] = p.re[s]! * x.re[i]! - p.im[s]! * x.im[i]!;
      px.im[s] = p.re[s]! * x.im[i]! + p.im[s]! * x.re[i]!;
    }
  }
  complexMultiply(px, rho, outputs, n, n, q);
  for (let s = 0; s < outputs * n; s++) {
    sum.re[s] = px.re[s]! + q.re[s]!;
    sum.im[s] = px.im[s]! + q.im[s]!;
  }
  const { along, across } = integrals(g, x, n, k0d);
  return {
    sensitivity: { n, step, a, b, p, q, outputs, along, across, k0d },
    u: complexMultiplyVector(modes.w, below, n, n),
    beta: complexMultiply(sum, modes.vInverse, outputs, n, n),
  };
}

type Six = [ComplexArray, ComplexArray, ComplexArray, ComplexArray, ComplexArray, ComplexArray];

function integrals(g: ComplexArray, x: ComplexArray, n: number, d: number): { along: ComplexArray; across: ComplexArray } {
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

/** The same for a change of k₀d: 2i δ(k₀d) Σ g X (p b + q a), added to `out`. */
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
