import { valueAt } from './draft';

/** Fields of a recipe in the words of its form; a part of the form without a title is the empty string. */
const NAMES: Readonly<Record<string, string>> = {
  sample: '',
  accept: '',
  role: '',
  parameters: 'parameter',
  channels: 'channel',
  films: 'film',
  slabs: 'slab',
  trapezoids: 'trapezoid',
  sections: 'section',
  terms: 'term',
  thicknessNm: 'thickness, nm',
  thicknessA: 'thickness, Å',
  heightNm: 'height, nm',
  pitchNm: 'pitch, nm',
  cdNm: 'CD, nm',
  bottomCdNm: 'bottom CD, nm',
  cdAt: 'CD at height',
  topRoundingNm: 'top rounding, nm',
  footingNm: 'footing, nm',
  sidewallAngleDeg: 'sidewall angle, °',
  leftAngleDeg: 'left angle, °',
  rightAngleDeg: 'right angle, °',
  angleDeg: 'incidence, °',
  azimuthDeg: 'azimuth, °',
  tiltDeg: 'tilt, °',
  roughnessTopA: 'top roughness, Å',
  sigmaXNm: 'roughness across, nm',
  sigmaZNm: 'roughness along, nm',
  sld: 'density, 1e−6/Å²',
  isld: 'absorption, 1e−6/Å²',
  resolutionPercent: 'resolution, % of q',
  truncation: 'harmonics M',
  a: 'A',
  bUm2: 'B, µm²',
  cUm4: 'C, µm⁴',
  epsInf: 'ε at high energy',
  fraction: 'volume fraction of the guest',
  amplitudeEv2: 'amplitude, eV²',
  amplitudeEv: 'amplitude, eV',
  centreEv: 'centre, eV',
  gammaEv: 'damping, eV',
  plasmaEv: 'plasma, eV',
  widthEv: 'width, eV',
  gapEv: 'gap, eV',
  broadeningEv: 'broadening, eV',
  sigma: 'σ',
  reportAs: 'reported as',
  reducedChi2: 'largest χ²/ν',
  maxIterations: 'most iterations',
  library: 'library of starts',
  entries: 'spectra',
  shared: 'shared by',
};

/** A field of a recipe as labelled in its form. */
export const fieldWord = (key: string): string => NAMES[key] ?? key;

/** The path of a field of a draft in words: "film HfO2 material B, µm²" for "sample.films.0.material.bUm2"; list entries by name. */
export function pathWords(draft: unknown, path: string): string {
  const keys = path.split('.').filter((k) => k !== '');
  const words = keys.map((key, i) => {
    if (!/^\d+$/.test(key)) return fieldWord(key);
    const name = valueAt(draft, `${keys.slice(0, i + 1).join('.')}.name`);
    return typeof name === 'string' && name !== '' ? name : String(Number(key) + 1);
  });
  return words.filter((w) => w !== '').join(' ') || 'the recipe';
}
