import type { MetrologyRecipe, SpectrumAxis } from '@/lib/recipes';
import { unitLabel } from '../format';
import type { SpectrumInput } from './spectrum.prepare';

/** One site's spectra with their model. */
export interface SiteCurves {
  recipe: MetrologyRecipe;
  axis: SpectrumAxis;
  /** Names as sent. `values` and `sigma` follow them, each channel on the whole axis. */
  channels: readonly string[];
  values: ArrayLike<number>;
  sigma: ArrayLike<number>;
  /** The recipe's channels on the fitted part of the axis; null while there is none. */
  modelled: ArrayLike<number> | null;
}

type Quantity = MetrologyRecipe['channels'][number]['quantity'];

const SUBSCRIPTS = '₀₁₂₃₄';
/** "m₁₃" for "m13". */
export const muellerSymbol = (q: string): string => q.replace(/[1-4]/g, (d) => SUBSCRIPTS[Number(d)]!);
const isMueller = (q: string): boolean => /^m[1-4][1-4]$/.test(q);

/** How a channel's values are plotted: unit, whether an angle, whether over decades. */
export const channelKind = (q: Quantity | null): { unit: string; period: number; logarithmic: boolean } => ({
  unit: q === 'psi' || q === 'delta' ? unitLabel('deg') : unitOf(q),
  period: q === 'delta' ? 360 : 0,
  logarithmic: q === 'intensity',
});

function unitOf(q: Quantity | null): string {
  if (q === null) return '';
  return isMueller(q) ? muellerSymbol(q) : q;
}

export interface AxisWords {
  label: string;
  unit: string;
  x: readonly number[];
}

/** The abscissa of a plot: wavelength, q, or qx of a q map. */
export function axisWords(axis: SpectrumAxis): AxisWords {
  if (axis.kind === 'wavelength') return { label: 'Wavelength', unit: 'nm', x: axis.nm };
  if (axis.kind === 'q') return { label: 'q', unit: '1/Å', x: axis.perA };
  return { label: 'qx', unit: '1/nm', x: axis.qxPerNm };
}

/**
 * One plot per channel: all measured values, and the model where the recipe fits it. Channels that the recipe leaves out come last, measured only.
 */
export function channelInputs(c: SiteCurves, title: string): SpectrumInput[] {
  const { label, unit, x } = axisWords(c.axis);
  const n = x.length;
  const { from, to } = c.recipe.range;
  const used = [...x.keys()].filter((i) => x[i]! >= from && x[i]! <= to);
  const plot = (sent: number): SpectrumInput => {
    const name = c.channels[sent]!;
    const place = c.recipe.channels.findIndex((q) => q.name === name);
    const kind = channelKind(c.recipe.channels[place]?.quantity ?? null);
    const cut = (v: ArrayLike<number>): Float64Array => Float64Array.from({ length: n }, (_, i) => v[sent * n + i]!);
    const sigma = cut(c.sigma);
    return {
      title: `${title}, ${name}`,
      channel: place < 0 ? `${name}, not fitted` : name,
      unit: kind.unit,
      axisLabel: label,
      axisUnit: unit,
      x,
      measured: cut(c.values),
      sigma: sigma.some((v) => Number.isFinite(v)) ? sigma : null,
      modelled: place < 0 || c.modelled === null ? null : onWholeAxis(c.modelled, place, used, n),
      period: kind.period,
      logarithmic: kind.logarithmic,
    };
  };
  const order = [...c.channels.keys()];
  const isFitted = (k: number): boolean => c.recipe.channels.some((q) => q.name === c.channels[k]);
  return [...order.filter(isFitted), ...order.filter((k) => !isFitted(k))].map(plot);
}

function onWholeAxis(modelled: ArrayLike<number>, channel: number, used: readonly number[], n: number): Float64Array {
  const out = new Float64Array(n).fill(Number.NaN);
  used.forEach((at, i) => {
    out[at] = modelled[channel * used.length + i] ?? Number.NaN;
  });
  return out;
}
