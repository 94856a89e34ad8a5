import { niceTicks, paddedRange, tickDecimals } from '../charts/ticks';
import { inUnit, toCsv } from '../csv';
import { num } from '../format';

/** One channel of a spectrum: measured, modelled, or both, on the same axis. */
export interface SpectrumInput {
  /** "psi 65, site 4 of 13". */
  title: string;
  channel: string;
  unit: string;
  axisLabel: string;
  axisUnit: string;
  x: ArrayLike<number>;
  /** Absent for a model without data. */
  measured: ArrayLike<number> | null;
  /** Standard deviation of each measured value. */
  sigma: ArrayLike<number> | null;
  /** Absent where the fit failed. */
  modelled: ArrayLike<number> | null;
  /** Another model to compare with, drawn dashed: the start, or the version in force. */
  compared?: { label: string; values: ArrayLike<number> } | null;
  /** Angles are equal modulo this. */
  period?: number;
  /** Reflectivity and scattering over decades. */
  logarithmic?: boolean;
}

export interface SpectrumPoint {
  x: number;
  /** In the plotted scale, log10 where logarithmic; null where there is nothing to draw. */
  y: number | null;
  low: number | null;
  high: number | null;
  model: number | null;
  compared: number | null;
  /** (measured − model)/σ. */
  residual: number | null;
  measured: number | null;
  modelled: number | null;
  sigma: number | null;
}

export interface SpectrumModel {
  points: SpectrumPoint[];
  xDomain: [number, number];
  yDomain: [number, number];
  residualDomain: [number, number];
  xTicks: number[];
  yTicks: number[];
  residualTicks: number[];
  xDecimals: number;
  yDecimals: number;
  /** Σ residual²/points; NaN without residuals. */
  meanSquare: number;
  /** Point with the largest |residual|; -1 without. */
  worst: number;
}

/**
 * A value of the plot as it is read: with `extra` more decimals than the ticks, on a logarithmic axis with four significant digits, whose decades have no decimals in
 * common.
 */
export const valueText = (
  c: Pick<SpectrumInput, 'logarithmic'>,
  m: Pick<SpectrumModel, 'yDecimals'>,
  v: number | null,
  extra: number,
): string => {
  if (!c.logarithmic || v === null || !(v > 0)) return num(v, m.yDecimals + extra);
  return v >= 1e-3 ? num(v, Math.max(0, 3 - Math.floor(Math.log10(v)))) : v.toExponential(3);
};

const SMALLEST_SPAN = 4;

/** The plot of a channel. A modelled angle is moved by whole turns next to the measured one. */
export function prepareSpectrum(c: SpectrumInput): SpectrumModel {
  const scale = (v: number): number | null => {
    if (!Number.isFinite(v)) return null;
    if (!c.logarithmic) return v;
    return v > 0 ? Math.log10(v) : null;
  };
  const turned = (v: number, by: number): number => (c.period ? v + c.period * Math.round((by - v) / c.period) : v);
  const at = (v: ArrayLike<number> | null | undefined, i: number): number => (v ? v[i]! : Number.NaN);
  const points = Array.from(c.x, (x, i): SpectrumPoint => {
    const m = at(c.measured, i);
    const anchor = Number.isNaN(m) ? at(c.modelled, i) : m;
    const f = turned(at(c.modelled, i), anchor);
    const s = at(c.sigma, i);
    return {
      x,
      y: scale(m),
      low: scale(m - s),
      high: scale(m + s),
      model: scale(f),
      compared: scale(turned(at(c.compared?.values, i), anchor)),
      residual: Number.isFinite((m - f) / s) ? (m - f) / s : null,
      measured: Number.isFinite(m) ? m : null,
      modelled: Number.isFinite(f) ? f : null,
      sigma: Number.isFinite(s) ? s : null,
    };
  }).sort((a, b) => a.x - b.x);
  const residuals = points.flatMap((p) => (p.residual === null ? [] : [p.residual]));
  const reach = Math.max(SMALLEST_SPAN, ...residuals.map((r) => 1.1 * Math.abs(r)));
  const xDomain = paddedRange(
    points.map((p) => p.x),
    0.015,
  );
  const yDomain = paddedRange(points.flatMap((p) => [p.y, p.model, p.compared]));
  const yTicks = niceTicks(...yDomain);
  const xTicks = niceTicks(...xDomain, 8);
  let worst = -1;
  for (const [i, p] of points.entries())
    if (p.residual !== null && (worst < 0 || Math.abs(p.residual) > Math.abs(points[worst]!.residual!))) worst = i;
  return {
    points,
    xDomain,
    yDomain,
    residualDomain: [-reach, reach],
    xTicks,
    yTicks,
    residualTicks: niceTicks(-reach, reach, 3),
    xDecimals: tickDecimals(xTicks),
    yDecimals: tickDecimals(yTicks),
    meanSquare: residuals.length > 0 ? residuals.reduce((s, r) => s + r * r, 0) / residuals.length : Number.NaN,
    worst,
  };
}

/** The plot in one sentence. */
export function spectrumSummary(c: SpectrumInput, m: SpectrumModel): string {
  const count = `${m.points.length} points`;
  if (m.worst < 0) return `${count}.`;
  const worst = m.points[m.worst]!;
  return `${count}, mean square residual ${num(m.meanSquare, 2)}, largest ${num(worst.residual, 1)} σ at ${num(worst.x, m.xDecimals)} ${c.axisUnit}.`;
}

/** Notes above an exported picture: its content, and what the strip below the curves shows. */
export const spectrumNotes = (c: SpectrumInput, m: SpectrumModel): string[] => [
  spectrumSummary(c, m),
  ...(m.worst < 0 ? [] : ['strip below: residual (measured − model)/σ; shaded: ± 2 σ, where 95 % of them belong']),
];

/** Every point of the axis, all values in the channel's unit; a missing one is an empty cell. */
export const spectrumCsv = (c: SpectrumInput, m: SpectrumModel): string =>
  toCsv(
    [
      inUnit(c.axisLabel, c.axisUnit),
      ...['measured', 'sigma', 'model', ...(c.compared ? [c.compared.label] : [])].map((name) => inUnit(name, c.unit)),
      'residual (sigma)',
    ],
    m.points.map((p) => [
      p.x,
      p.measured,
      p.sigma,
      p.modelled,
      ...(c.compared ? [p.compared !== null && c.logarithmic ? 10 ** p.compared : p.compared] : []),
      p.residual,
    ]),
  );
