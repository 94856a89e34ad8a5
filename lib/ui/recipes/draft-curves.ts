import { channelSigma, type MetrologyRecipe, type SpectrumAxis } from '@/lib/recipes';
import { axisWords, channelKind } from '../spectra/channel-curves';
import { prepareSpectrum, type SpectrumInput } from '../spectra/spectrum.prepare';

/** Spectra of one site with which the editor compares its draft. */
export interface HeldSite {
  spectrumId: string;
  site: number;
  axis: SpectrumAxis;
  /** As sent; `values` follow them, each channel on the whole axis. */
  channels: readonly string[];
  values: Float64Array;
  /** From the station; null where the draft's noise model is used. */
  sigma: Float64Array | null;
}

const PREVIEW_POINTS = { wavelength: 81, q: 240, qxqz: 240 } as const;

/** The axis of a recipe before there are data: an even grid over its range. */
export function previewAxis(recipe: MetrologyRecipe): SpectrumAxis {
  const kind = axisKindOf(recipe);
  const { from, to } = recipe.range;
  const n = PREVIEW_POINTS[kind];
  const x = Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
  if (kind === 'wavelength') return { kind, nm: x };
  if (kind === 'q') return { kind, perA: x };
  return { kind, qxPerNm: x, qzPerNm: x.map(() => 0) };
}

/** The kind of axis of a recipe's spectra. */
export function axisKindOf(recipe: MetrologyRecipe): SpectrumAxis['kind'] {
  if (recipe.sample.kind === 'xrr') return 'q';
  return recipe.sample.kind === 'saxs-lines' ? 'qxqz' : 'wavelength';
}

/** A model's answer: its recipe's channels on its recipe's part of the axis. */
export interface Modelled {
  recipe: MetrologyRecipe;
  values: ArrayLike<number>;
}

/** One plot per channel of the draft: the draft as a line, the version in force dashed, and the data of the measured site. */
export function draftInputs(
  axis: SpectrumAxis,
  draft: Modelled,
  inForce: (Modelled & { label: string }) | null,
  held: HeldSite | null,
  title: string,
): SpectrumInput[] {
  const { label, unit, x } = axisWords(axis);
  const n = x.length;
  const usedBy = (r: MetrologyRecipe): number[] => [...x.keys()].filter((i) => x[i]! >= r.range.from && x[i]! <= r.range.to);
  const spread = (m: Modelled, channel: number): Float64Array | null => {
    const used = usedBy(m.recipe);
    if (channel < 0 || m.values.length !== used.length * m.recipe.channels.length) return null;
    const out = new Float64Array(n).fill(Number.NaN);
    used.forEach((at, i) => {
      out[at] = m.values[channel * used.length + i]!;
    });
    return out;
  };
  return draft.recipe.channels.map((c, k) => {
    const kind = channelKind(c.quantity);
    const sent = held === null ? -1 : held.channels.indexOf(c.name);
    const measured = held === null || sent < 0 ? null : held.values.slice(sent * n, (sent + 1) * n);
    const stated = held?.sigma?.slice(sent * n, (sent + 1) * n) ?? null;
    const other = inForce === null ? null : spread(inForce, inForceChannel(inForce.recipe, c));
    return {
      title: `${title}, ${c.name}`,
      channel: held !== null && sent < 0 ? `${c.name}, not measured` : c.name,
      unit: kind.unit,
      axisLabel: label,
      axisUnit: unit,
      x,
      measured,
      sigma: measured === null ? null : (stated ?? measured.map((v) => channelSigma(c, v))),
      modelled: spread(draft, k),
      compared: other === null || inForce === null ? null : { label: inForce.label, values: other },
      period: kind.period,
      logarithmic: kind.logarithmic,
    };
  });
}

const inForceChannel = (recipe: MetrologyRecipe, c: MetrologyRecipe['channels'][number]): number =>
  recipe.channels.findIndex(
    (o) => o.quantity === c.quantity && o.angleDeg === c.angleDeg && (o.azimuthDeg ?? 0) === (c.azimuthDeg ?? 0),
  );

/** Σ residual²/ν over all plots; NaN without data. */
export function reducedChi2Of(inputs: readonly SpectrumInput[], free: number): { chi2: number; points: number } {
  const residuals = inputs.flatMap((i) => prepareSpectrum(i).points.flatMap((p) => (p.residual === null ? [] : [p.residual])));
  const chi2 = residuals.reduce((s, r) => s + r * r, 0) / Math.max(1, residuals.length - free);
  return { chi2: residuals.length === 0 ? Number.NaN : chi2, points: residuals.length };
}
