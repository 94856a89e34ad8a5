import type { MetrologyRecipe } from '@/lib/recipes';

/** A starting point for a new recipe: valid, and close to what most fabs measure. */
export interface RecipeTemplate {
  key: string;
  label: string;
  content: MetrologyRecipe;
}

type Parameter = MetrologyRecipe['parameters'][number];

const AIR = { kind: 'constant', n: 1, k: 0 } as const;
const SILICON = { kind: 'library', name: 'Si' } as const;
const OXIDE = { kind: 'library', name: 'SiO2' } as const;
const PSI = { absolute: 0.03, relative: 0 };
const DELTA = { absolute: 0.08, relative: 0 };
const FIT = { starts: 1, maxIterations: 60, seed: 1 };
const ACCEPT = { reducedChi2: 4 };

const free = (name: string, label: string, unit: string, value: number, lower: number, upper: number): Parameter => ({
  name,
  label,
  unit,
  value,
  role: { kind: 'free', lower, upper },
  reportAs: null,
});

const FILM: MetrologyRecipe = {
  sample: {
    kind: 'film-stack',
    ambient: AIR,
    films: [{ name: 'oxide', material: OXIDE, thicknessNm: 'thickness' }],
    substrate: SILICON,
  },
  parameters: [free('thickness', 'Oxide thickness', 'nm', 100, 20, 200)],
  channels: [
    { name: 'psi 70', quantity: 'psi', angleDeg: 70, sigma: PSI },
    { name: 'delta 70', quantity: 'delta', angleDeg: 70, sigma: DELTA },
  ],
  range: { from: 300, to: 800 },
  fit: { ...FIT, starts: 4 },
  accept: ACCEPT,
};

const GRATING: MetrologyRecipe = {
  sample: {
    kind: 'line-grating',
    pitchNm: 90,
    ambient: AIR,
    line: {
      cdNm: 'cd',
      cdAt: 0.5,
      topRoundingNm: 0,
      footingNm: 0,
      sections: [{ name: 'line', material: OXIDE, heightNm: 'height', sidewallAngleDeg: 'swa' }],
    },
    films: [],
    substrate: SILICON,
    slices: 6,
    truncation: null,
    tolerance: 1e-2,
  },
  parameters: [
    free('cd', 'Line width at half height', 'nm', 40, 25, 55),
    free('swa', 'Sidewall angle', 'deg', 88, 84, 91),
    free('height', 'Line height', 'nm', 100, 80, 125),
  ],
  channels: [
    { name: 'psi 65', quantity: 'psi', angleDeg: 65, sigma: PSI },
    { name: 'delta 65', quantity: 'delta', angleDeg: 65, sigma: DELTA },
  ],
  range: { from: 260, to: 780 },
  fit: FIT,
  accept: ACCEPT,
};

/** Along the lines, the off-diagonal elements show to which side a line leans. */
const MUELLER: MetrologyRecipe = {
  ...GRATING,
  sample: {
    ...(GRATING.sample as Extract<MetrologyRecipe['sample'], { kind: 'line-grating' }>),
    line: {
      cdNm: 'cd',
      cdAt: 0.5,
      topRoundingNm: 0,
      footingNm: 0,
      sections: [{ name: 'line', material: OXIDE, heightNm: 'height', sidewallAngleDeg: 'swa', tiltDeg: 'tilt' }],
    },
  },
  parameters: [...GRATING.parameters, free('tilt', 'Tilt to the right', 'deg', 0, -3, 3)],
  channels: (['m12', 'm33', 'm34', 'm13', 'm14', 'm23'] as const).map((quantity) => ({
    name: quantity,
    quantity,
    angleDeg: 65,
    azimuthDeg: 90,
    sigma: { absolute: 0.002, relative: 0 },
  })),
};

// Scattering length densities at Cu Kα, 8.05 keV: SiO2 of 2.2 g/cm³ and Si.
const XRR: MetrologyRecipe = {
  sample: {
    kind: 'xrr',
    slabs: [
      { name: 'air', thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
      { name: 'oxide', thicknessA: 'thickness', sld: 'density', isld: 0.24, roughnessTopA: 'roughness' },
      { name: 'silicon', thicknessA: 0, sld: 20.07, isld: 0.458, roughnessTopA: 3 },
    ],
    scale: 1,
    background: 1e-7,
    resolutionPercent: 1,
  },
  parameters: [
    free('thickness', 'Oxide thickness', 'angstrom', 250, 150, 350),
    free('density', 'Oxide scattering length density', '1e−6/Å²', 18.8, 16, 21),
    free('roughness', 'Surface roughness', 'angstrom', 4, 0.5, 12),
  ],
  channels: [{ name: 'reflectivity', quantity: 'intensity', angleDeg: 0, sigma: { absolute: 1e-8, relative: 0.03 } }],
  range: { from: 0.02, to: 0.35 },
  fit: { ...FIT, starts: 8 },
  accept: ACCEPT,
};

const SAXS: MetrologyRecipe = {
  sample: {
    kind: 'saxs-lines',
    bottomCdNm: 'bottom_cd',
    trapezoids: [{ name: 'line', heightNm: 'height', leftAngleDeg: 'swa', rightAngleDeg: 'swa', contrast: 1 }],
    scale: 'scale',
    background: 1e-3,
    sigmaXNm: 'roughness',
    sigmaZNm: 'roughness',
  },
  parameters: [
    free('bottom_cd', 'Bottom width', 'nm', 30, 20, 40),
    free('height', 'Line height', 'nm', 60, 40, 80),
    free('swa', 'Sidewall angle', 'deg', 87, 82, 90),
    free('scale', 'Intensity scale', '1', 1, 0.1, 10),
    { name: 'roughness', label: 'Roughness', unit: 'nm', value: 1, role: { kind: 'fixed' }, reportAs: null },
  ],
  channels: [{ name: 'scattering', quantity: 'intensity', angleDeg: 0, sigma: { absolute: 1e-3, relative: 0.02 } }],
  range: { from: 0.05, to: 2.5 },
  fit: FIT,
  accept: ACCEPT,
};

export const TEMPLATES: readonly RecipeTemplate[] = [
  { key: 'film-stack', label: 'Film stack, ellipsometry', content: FILM },
  { key: 'line-grating', label: 'Line grating, scatterometry', content: GRATING },
  { key: 'mueller-grating', label: 'Line grating, Mueller matrix along the lines', content: MUELLER },
  { key: 'xrr', label: 'X-ray reflectivity', content: XRR },
  { key: 'saxs-lines', label: 'Line grating, CD-SAXS', content: SAXS },
];

export const KIND_WORDS: Readonly<Record<MetrologyRecipe['sample']['kind'], string>> = {
  'film-stack': 'film stack',
  'line-grating': 'line grating',
  xrr: 'X-ray reflectivity',
  'saxs-lines': 'CD-SAXS',
};
