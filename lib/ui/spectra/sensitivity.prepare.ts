import type { MetrologyRecipe, SpectrumAxis } from '@/lib/recipes';
import { niceTicks, paddedRange, tickDecimals } from '../charts/ticks';
import { axisWords, channelKind } from './channel-curves';

/** The step of a parameter: one standard uncertainty, or one percent of its value (of its bounds' range where they hold both signs, as of a tilt). */
export type SensitivityStep = 'u' | 'percent';

export interface SensitivityInput {
  recipe: MetrologyRecipe;
  /** The fitted part of the axis, as the model answered. */
  axis: SpectrumAxis;
  /** (channels × points, parameters) row-major, tied parameters taken as given. */
  jacobian: ArrayLike<number>;
  /** Values and standard uncertainties of all parameters. */
  values: ArrayLike<number>;
  u: ArrayLike<number>;
  step: SensitivityStep;
}

export interface SensitivitySeries {
  parameter: string;
  label: string;
  /** Change of the channel, in its unit. */
  values: Float64Array;
}

export interface SensitivityChannel {
  channel: string;
  unit: string;
  axisLabel: string;
  axisUnit: string;
  x: readonly number[];
  series: SensitivitySeries[];
  xDomain: [number, number];
  yDomain: [number, number];
  xTicks: number[];
  yTicks: number[];
  xDecimals: number;
  yDecimals: number;
}

/**
 * Change of every channel when one parameter moves and the tied ones follow: (∂f/∂p + Σ factor ∂f/∂tied)·step, for free and fed parameters. Those without a finite step
 * (undetermined, or zero in percent) are left out.
 */
export function prepareSensitivity(c: SensitivityInput): SensitivityChannel[] {
  const { parameters, channels } = c.recipe;
  const { label, unit, x } = axisWords(c.axis);
  const n = x.length;
  const p = parameters.length;
  const place = new Map(parameters.map((q, i) => [q.name, i]));
  const followers = (name: string): { at: number; factor: number }[] =>
    parameters.flatMap((q, at) =>
      q.role.kind === 'tied' ? q.role.terms.filter((t) => t.parameter === name).map((t) => ({ at, factor: t.factor })) : [],
    );
  const moved = parameters.flatMap((q) => {
    if (q.role.kind !== 'free' && q.role.kind !== 'fed') return [];
    const at = place.get(q.name)!;
    const isSigned = q.role.kind === 'free' && q.role.lower < 0 && q.role.upper > 0;
    const ofRange = c.step === 'percent' && isSigned;
    const size = q.role.kind === 'free' && ofRange ? q.role.upper - q.role.lower : Math.abs(c.values[at]!);
    const step = c.step === 'u' ? c.u[at]! : 0.01 * size;
    const words = ofRange ? `${q.label || q.name}, of its range` : q.label || q.name;
    return step > 0 && Number.isFinite(step) ? [{ q, at, step, words, ties: followers(q.name) }] : [];
  });
  return channels.map((channel, k) => {
    const series = moved.map(({ q, at, step, words, ties }) => ({
      parameter: q.name,
      label: words,
      values: Float64Array.from({ length: n }, (_, i) => {
        const row = (k * n + i) * p;
        return ties.reduce((s, t) => s + t.factor * c.jacobian[row + t.at]!, c.jacobian[row + at]!) * step;
      }),
    }));
    const xDomain = paddedRange(x, 0.015);
    const yDomain = paddedRange([0, ...series.flatMap((s) => [...s.values])]);
    const xTicks = niceTicks(...xDomain, 8);
    const yTicks = niceTicks(...yDomain);
    return {
      channel: channel.name,
      unit: channelKind(channel.quantity).unit,
      axisLabel: label,
      axisUnit: unit,
      x,
      series,
      xDomain,
      yDomain,
      xTicks,
      yTicks,
      xDecimals: tickDecimals(xTicks),
      yDecimals: tickDecimals(yTicks),
    };
  });
}
