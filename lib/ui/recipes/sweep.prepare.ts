import type { ConvergenceCertificate } from '@/lib/recipes';
import type { AxisTick } from '../charts/plot-axes';
import { toCsv } from '../csv';
import { num } from '../format';

/** One truncation of the sweep, on logarithmic axes; null where there is nothing to draw. */
export interface SweepPoint {
  readonly truncation: number;
  readonly isChosen: boolean;
  readonly x: number;
  readonly change: number | null;
  readonly error: number | null;
}

export interface SweepModel {
  readonly points: readonly SweepPoint[];
  readonly xDomain: [number, number];
  readonly yDomain: [number, number];
  readonly xTicks: readonly AxisTick[];
  readonly yTicks: readonly AxisTick[];
  readonly tolerance: number;
}

/** Share of a decade that is free at both ends. */
const PAD_X = 0.05;
const PAD_Y = 0.2;
const MOST_DECADES = 6;

const lg = (v: number | null): number | null => (v !== null && v > 0 ? Math.log10(v) : null);
const xOf = (truncation: number): number => Math.log10(Math.max(1, truncation));

/** The order sweep of a certificate over decades. */
export function prepareSweep(c: ConvergenceCertificate): SweepModel {
  const points = c.sweep.map((r) => ({
    truncation: r.truncation,
    isChosen: r.truncation === c.truncation,
    x: xOf(r.truncation),
    change: lg(r.change),
    error: lg(r.errorEstimate),
  }));
  const tolerance = Math.log10(c.tolerance);
  const ys = [tolerance, ...points.flatMap((p) => [p.change, p.error])].filter((v): v is number => v !== null);
  const xs = points.map((p) => p.x);
  const [low, high] = [Math.floor(Math.min(...ys) - PAD_Y), Math.ceil(Math.max(...ys) + PAD_Y)];
  const every = Math.ceil((high - low + 1) / MOST_DECADES);
  return {
    points,
    xDomain: [Math.min(...xs) - PAD_X, Math.max(...xs) + PAD_X],
    yDomain: [low, high],
    xTicks: points.map((p) => ({ value: p.x, label: String(p.truncation) })),
    yTicks: Array.from({ length: high - low + 1 }, (_, i) => low + i)
      .filter((_, i) => i % every === 0)
      .map((value) => ({ value, label: `1e${num(value, 0)}` })),
    tolerance,
  };
}

/** "3.2e−5". */
export const power = (v: number | null): string => (v === null ? '–' : v.toExponential(1).replace('-', '−'));

/** One truncation as it is read aloud. */
export function sweepWords(c: ConvergenceCertificate, k: number): string[] {
  const r = c.sweep[k]!;
  return [
    `M = ${r.truncation}${r.truncation === c.truncation ? ', chosen' : ''}`,
    `error estimate ${power(r.errorEstimate)}`,
    `change ${power(r.change)}`,
  ];
}

export const sweepCsv = (c: ConvergenceCertificate): string =>
  toCsv(
    ['M', 'change', 'error estimate'],
    c.sweep.map((r) => [r.truncation, r.change, r.errorEstimate]),
  );

export const sweepTable = (c: ConvergenceCertificate) => ({
  header: ['M', 'Change', 'Error estimate'],
  rows: () =>
    c.sweep.map((r) => ({
      key: String(r.truncation),
      cells: [`${r.truncation}${r.truncation === c.truncation ? ', chosen' : ''}`, power(r.change), power(r.errorEstimate)],
    })),
});
