import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';

/** A metrology recipe as the fab would register it. */
export interface SpectralRecipe {
  readonly name: string;
  readonly operation: string;
  readonly product: string | null;
  readonly content: MetrologyRecipe;
}

const AIR = { kind: 'constant', n: 1, k: 0 } as const;
const SILICON = { kind: 'library', name: 'Si' } as const;
const OXIDE = { kind: 'library', name: 'SiO2' } as const;
const PSI = { absolute: 0.03, relative: 0 };
const DELTA = { absolute: 0.08, relative: 0 };
const ACCEPT = { reducedChi2: 4 };

/** Hafnium oxide on its interfacial oxide on silicon, by spectroscopic ellipsometry at 70°. */
export const HFO2_RECIPE: SpectralRecipe = {
  name: 'HFO2-SE',
  operation: 'ALD-HFO2',
  product: null,
  content: {
    sample: {
      kind: 'film-stack',
      ambient: AIR,
      films: [
        { name: 'HfO2', material: { kind: 'cauchy', a: 'hfo2_n', bUm2: 0.0126, cUm4: 0.0004 }, thicknessNm: 'hfo2_thickness' },
        { name: 'interfacial oxide', material: OXIDE, thicknessNm: 'interlayer' },
      ],
      substrate: SILICON,
    },
    parameters: [
      {
        name: 'hfo2_thickness',
        label: 'HfO2 thickness',
        unit: 'nm',
        value: 7.6,
        role: { kind: 'free', lower: 3, upper: 14 },
        reportAs: 'hfo2_thickness',
      },
      {
        name: 'hfo2_n',
        label: 'HfO2 index, Cauchy A',
        unit: '1',
        value: 1.956,
        role: { kind: 'fed', u: 0.0005 },
        reportAs: null,
      },
      {
        name: 'interlayer',
        label: 'Interfacial oxide',
        unit: 'nm',
        value: 0.8,
        role: { kind: 'fed', u: 0.003 },
        reportAs: null,
      },
    ],
    channels: [
      { name: 'psi 70', quantity: 'psi', angleDeg: 70, sigma: PSI },
      { name: 'delta 70', quantity: 'delta', angleDeg: 70, sigma: DELTA },
    ],
    range: { from: 300, to: 800 },
    fit: { starts: 1, maxIterations: 60, seed: 1 },
    accept: ACCEPT,
  },
};

/** Dielectric lines between the metal-1 trenches, by scatterometry with the plane of incidence across the lines. */
export const M1_RECIPE: SpectralRecipe = {
  name: 'M1-OCD',
  operation: 'ETCH-M1',
  product: 'KITE-45',
  content: {
    sample: {
      kind: 'line-grating',
      pitchNm: 90,
      ambient: AIR,
      line: {
        cdNm: 'cd',
        cdAt: 0.5,
        topRoundingNm: 0,
        footingNm: 0,
        sections: [{ name: 'dielectric', material: OXIDE, heightNm: 'height', sidewallAngleDeg: 'swa' }],
      },
      films: [{ name: 'etch stop', material: { kind: 'cauchy', a: 1.98, bUm2: 0.014, cUm4: 0 }, thicknessNm: 20 }],
      substrate: SILICON,
      slices: 6,
      truncation: null,
      tolerance: 1e-2,
    },
    parameters: [
      {
        name: 'cd',
        label: 'Line width at half height',
        unit: 'nm',
        value: 33,
        role: { kind: 'free', lower: 20, upper: 48 },
        reportAs: 'm1_cd',
      },
      {
        name: 'swa',
        label: 'Sidewall angle',
        unit: 'deg',
        value: 87.5,
        role: { kind: 'free', lower: 83, upper: 91 },
        reportAs: 'm1_swa',
      },
      {
        name: 'height',
        label: 'Trench depth',
        unit: 'nm',
        value: 120,
        role: { kind: 'free', lower: 95, upper: 150 },
        reportAs: 'm1_height',
      },
    ],
    channels: [
      { name: 'psi 65', quantity: 'psi', angleDeg: 65, sigma: PSI },
      { name: 'delta 65', quantity: 'delta', angleDeg: 65, sigma: DELTA },
    ],
    range: { from: 260, to: 780 },
    fit: { starts: 1, maxIterations: 60, seed: 1 },
    accept: ACCEPT,
  },
};
