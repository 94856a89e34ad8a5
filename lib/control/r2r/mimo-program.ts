import { qpHessian, solveQp } from '@/lib/numerics';
import type { MimoConfig } from './mimo-config';

// Share of the mean squared gain that prices u in the constrained problem: it makes the Hessian definite and picks the least norm, and costs nine digits below.
const RIDGE = 1e-9;

/**
 * The move in a box as a convex programme, in units of the knob scales: min ½vᵀHv + gᵀv, H = 2AᵀA + ridge; a bound that is active is met to the bit.
 * @param a - weighted design of `mimoMove`. @param p - disturbance of each output. @param last, lo, hi - last setpoint and box, less the nominal one.
 */
export function boxed(c: MimoConfig, a: Float64Array, p: Float64Array, last: Float64Array, lo: Float64Array, hi: Float64Array) {
  const [ny, nu] = [p.length, last.length];
  const m = ny + nu;
  const scale = Float64Array.from({ length: nu }, (_, j) => c.knobScale?.[j] ?? 1);
  const b = new Float64Array(m);
  for (let i = 0; i < ny; i++) b[i] = -Math.sqrt(c.outputWeight?.[i] ?? 1) * p[i]!;
  for (let j = 0; j < nu; j++) b[ny + j] = Math.sqrt(c.moveWeight?.[j] ?? 0) * last[j]!;
  const h = new Float64Array(nu * nu);
  const g = new Float64Array(nu);
  let trace = 0;
  for (let i = 0; i < m; i++)
    for (let j = 0; j < nu; j++) {
      const v = a[i * nu + j]!;
      g[j]! -= 2 * v * b[i]!;
      for (let k = 0; k < nu; k++) h[j * nu + k]! += 2 * v * a[i * nu + k]!;
      trace += 2 * v * v;
    }
  for (let j = 0; j < nu; j++) h[j * nu + j]! += (RIDGE * trace) / nu;
  const rows: number[] = [];
  const d: number[] = [];
  const edges: { readonly knob: number; readonly at: number }[] = [];
  for (let j = 0; j < nu; j++)
    for (const [limit, sign] of [
      [lo[j]!, 1],
      [hi[j]!, -1],
    ] as const) {
      if (!Number.isFinite(limit)) continue;
      for (let k = 0; k < nu; k++) rows.push(k === j ? sign : 0);
      d.push((sign * limit) / scale[j]!);
      edges.push({ knob: j, at: limit });
    }
  const s = solveQp(qpHessian(h, nu), { g, c: Float64Array.from(rows), d });
  const u = s.x.map((v, j) => v * scale[j]!);
  // a row that is active is met; what rounding left beside it is none of the solution
  for (const row of s.active) u[edges[row]!.knob] = edges[row]!.at;
  return { u, status: s.status, kktResidual: s.kktResidual };
}
