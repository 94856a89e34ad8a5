import type { MetrologyRecipe } from '@/lib/recipes';
import { densityProfile } from '@/lib/xray';
import { niceTicks, paddedRange } from '../charts/ticks';
import { toCsv } from '../csv';
import { num } from '../format';

type Xrr = Extract<MetrologyRecipe['sample'], { kind: 'xrr' }>;

interface NamedSlab {
  readonly name: string;
  readonly fromA: number;
  readonly toA: number;
  readonly sld: number;
  /** What is written over it: its thickness too, unless it is without end. */
  readonly words: string;
}

export interface DensityModel {
  /** Depth below the uppermost interface, Å. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly slab: string }[];
  readonly slabs: readonly NamedSlab[];
  readonly xDomain: [number, number];
  readonly yDomain: [number, number];
  readonly xTicks: number[];
  readonly yTicks: number[];
  /** "air 0.00, oxide 18.80". */
  readonly summary: string;
}

/** Density over depth of an X-ray recipe, and the slabs it is made of by their names. @param lookup - value of a parameter by its name. */
export function prepareDensity(sample: Xrr, lookup: (name: string) => number): DensityModel {
  const value = (q: number | string): number => (typeof q === 'number' ? q : lookup(q));
  const profile = densityProfile(
    sample.slabs.map((s) => ({
      thicknessA: value(s.thicknessA),
      sld: value(s.sld),
      isld: value(s.isld),
      roughnessTopA: value(s.roughnessTopA),
    })),
  );
  const last = profile.slabs.length - 1;
  const slabs = profile.slabs.map((s, i) => {
    const { name } = sample.slabs[i]!;
    return { ...s, name, words: i > 0 && i < last ? `${name}, ${num(s.toA - s.fromA, 1)} Å` : name };
  });
  const slabAt = (depth: number): string => (slabs.find((s) => depth < s.toA) ?? slabs[last]!).name;
  const xDomain: [number, number] = [profile.depthA[0]!, profile.depthA.at(-1)!];
  const yDomain = paddedRange([0, ...profile.sld]);
  return {
    points: profile.depthA.map((x, i) => ({ x, y: profile.sld[i]!, slab: slabAt(x) })),
    slabs,
    xDomain,
    yDomain,
    xTicks: niceTicks(...xDomain, 8),
    yTicks: niceTicks(...yDomain),
    summary: slabs.map((s) => `${s.name} ${num(s.sld, 2)}`).join(', '),
  };
}

/** A point as it is read aloud. */
export const densityWords = ({ x, y, slab }: DensityModel['points'][number]): string =>
  `${num(y, 2)} 1e−6/Å² at ${num(x, 1)} Å, in ${slab}`;

export const densityCsv = (m: DensityModel): string =>
  toCsv(
    ['depth (A)', 'density (1e-6/A2)'],
    m.points.map((p) => [p.x, p.y]),
  );

export const densityTable = (m: DensityModel) => ({
  header: ['Depth, Å', 'Density, 1e−6/Å²', 'Slab'],
  rows: () => m.points.map((p) => ({ key: String(p.x), cells: [num(p.x, 1), num(p.y, 2), p.slab] })),
});
