import type { StepWindow } from '@/lib/traces';

export interface GoldenBand {
  mid: Float32Array;
  lo: Float32Array;
  hi: Float32Array;
  runs: number;
}

/**
 * Another run's samples at this run's sample times, aligned on the start of each step and interpolated linearly inside the step. NaN
 * where the other run had no such step, or its step was shorter.
 * @param t - this run's times, s, ascending. @param steps - this run's steps.
 * @param other - the other run: times, one sensor's samples, steps.
 */
export function alignToSteps(
  t: Float32Array,
  steps: readonly StepWindow[],
  other: { t: Float32Array; v: Float32Array; steps: readonly StepWindow[] },
): Float32Array {
  const out = new Float32Array(t.length).fill(Number.NaN);
  let k = 0;
  let s = -1;
  for (let i = 0; i < t.length; i++) {
    while (s + 1 < steps.length && t[i]! >= steps[s + 1]!.start) {
      s++;
      k = 0;
    }
    const step = steps[s];
    const twin = s < 0 ? undefined : other.steps[s];
    if (step !== undefined && (twin === undefined || twin.name !== step.name)) continue;
    const at = step === undefined || twin === undefined ? t[i]! : twin.start + (t[i]! - step.start);
    if (twin !== undefined && at > twin.end + 1e-3) continue;
    while (k + 1 < other.t.length && other.t[k + 1]! < at) k++;
    const a = other.t[k]!;
    const b = other.t[Math.min(other.t.length - 1, k + 1)]!;
    if (at < a - 1e-3 || at > b + 1e-3) continue;
    const f = b > a ? Math.min(1, Math.max(0, (at - a) / (b - a))) : 0;
    out[i] = f === 0 ? other.v[k]! : f === 1 ? other.v[k + 1]! : other.v[k]! + f * (other.v[k + 1]! - other.v[k]!);
  }
  return out;
}

/**
 * Middle and spread of several aligned traces, sample by sample: median and ± k · 1.4826 · median absolute deviation (robust 3σ for
 * k = 3). A dozen runs give a ragged spread, so no sample's is taken smaller than the median of the nine around it. Samples with fewer
 * than 3 values are NaN. Undefined where no sample has 3: there is no reference.
 */
export function goldenBand(traces: readonly Float32Array[], n: number, k = 3): GoldenBand | undefined {
  if (traces.length < 3) return undefined;
  const mid = new Float32Array(n).fill(Number.NaN);
  const lo = new Float32Array(n).fill(Number.NaN);
  const hi = new Float32Array(n).fill(Number.NaN);
  const spread = new Float32Array(n).fill(Number.NaN);
  const column: number[] = [];
  for (let i = 0; i < n; i++) {
    column.length = 0;
    for (const tr of traces) {
      const v = tr[i];
      if (v !== undefined && !Number.isNaN(v)) column.push(v);
    }
    if (column.length < 3) continue;
    const m = medianInPlace(column);
    for (let j = 0; j < column.length; j++) column[j] = Math.abs(column[j]! - m);
    const s = 1.4826 * medianInPlace(column);
    mid[i] = m;
    spread[i] = s;
  }
  if (mid.every(Number.isNaN)) return undefined;
  for (let i = 0; i < n; i++) {
    const s = Math.max(spread[i]!, medianAround(spread, i));
    lo[i] = mid[i]! - k * s;
    hi[i] = mid[i]! + k * s;
  }
  return { mid, lo, hi, runs: traces.length };
}

const HALF_WINDOW = 4;

function medianAround(v: Float32Array, i: number): number {
  const near: number[] = [];
  for (let j = Math.max(0, i - HALF_WINDOW); j <= Math.min(v.length - 1, i + HALF_WINDOW); j++)
    if (!Number.isNaN(v[j]!)) near.push(v[j]!);
  return near.length === 0 ? Number.NaN : medianInPlace(near);
}

function medianInPlace(v: number[]): number {
  v.sort((a, b) => a - b);
  const h = v.length >> 1;
  return v.length % 2 ? v[h]! : (v[h - 1]! + v[h]!) / 2;
}
