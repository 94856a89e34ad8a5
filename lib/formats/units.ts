/** A unit: its dimension, and its size in the dimension's base unit as factor · 10^power. */
interface Unit {
  readonly dimension: string;
  readonly factor: number;
  readonly power: number;
}

const LENGTHS: Readonly<Record<string, number>> = {
  pm: -12,
  Å: -10,
  A: -10,
  ang: -10,
  angstrom: -10,
  nm: -9,
  um: -6,
  micron: -6,
  microns: -6,
  mm: -3,
  cm: -2,
  m: 0,
};
const DEGREE = Math.PI / 180;
const ANGLES: Readonly<Record<string, readonly [number, number]>> = {
  '°': [DEGREE, 0],
  deg: [DEGREE, 0],
  degree: [DEGREE, 0],
  degrees: [DEGREE, 0],
  rad: [1, 0],
  mrad: [1, -3],
  urad: [1, -6],
};
/** Units of tools and their sensors: dimension, size, and whether they take a prefix. A alone is Ångström; amperes have a prefix. */
const OTHERS: Readonly<Record<string, readonly [dimension: string, factor: number, prefixed: boolean]>> = {
  Pa: ['pressure', 1, true],
  bar: ['pressure', 1e5, true],
  Torr: ['pressure', 101_325 / 760, true],
  psi: ['pressure', 6894.757293168361, false],
  atm: ['pressure', 101_325, false],
  s: ['time', 1, true],
  sec: ['time', 1, false],
  min: ['time', 60, false],
  h: ['time', 3600, false],
  V: ['voltage', 1, true],
  W: ['power', 1, true],
  Hz: ['frequency', 1, true],
  ohm: ['resistance', 1, true],
  'ohm/sq': ['sheet resistance', 1, true],
  eV: ['energy', 1.602176634e-19, true],
  J: ['energy', 1, true],
  sccm: ['flow', 1, false],
  slm: ['flow', 1000, false],
  rpm: ['rotation', 1, false],
  '%': ['share', 0.01, false],
  ppm: ['share', 1e-6, false],
  ppb: ['share', 1e-9, false],
  // Not convertible by a factor: the same unit or refused.
  '°C': ['temperature in °C', 1, false],
  degC: ['temperature in °C', 1, false],
  K: ['temperature in K', 1, true],
  '°F': ['temperature in °F', 1, false],
  degF: ['temperature in °F', 1, false],
};
const PREFIXES: Readonly<Record<string, number>> = { p: -12, n: -9, u: -6, m: -3, k: 3, M: 6, G: 9 };

const entry = <T>(of: Readonly<Record<string, T>>, key: string | undefined): T | undefined =>
  key !== undefined && Object.hasOwn(of, key) ? of[key] : undefined;

/**
 * The letters of one unit in one spelling: µ and μ as u, Ångström sign as Å, Ω and the ohm sign as ohm, powers on the line, no spaces, "per square"
 * as /sq, the capitals of old instruments in lower case.
 */
function spelling(text: string): string {
  const s = text
    .trim()
    .replace(/\s+/g, '')
    .replace(/[µμ]/g, 'u')
    .replaceAll('\u212b', 'Å')
    .replaceAll('⁻¹', '-1')
    .replaceAll('²', '2')
    .replaceAll('³', '3')
    .replace(/[Ω\u2126]/g, 'ohm')
    .replace(/ohms?(?:\/|_|per)(?:square|sq\.?|[□◻])$/i, 'ohm/sq');
  return s.length > 1 && s === s.toUpperCase() && /^[A-Z]+$/.test(s) ? s.toLowerCase() : s;
}

function unitOf(text: string): Unit | null {
  const s = spelling(text);
  const length = entry(LENGTHS, s);
  if (length !== undefined) return { dimension: 'length', factor: 1, power: length };
  const inverse = /^1\/(.+)$/.exec(s)?.[1] ?? /^(.+?)\^?-1$/.exec(s)?.[1] ?? /^per(.+)$/.exec(s)?.[1];
  const below = inverse === undefined ? undefined : entry(LENGTHS, spelling(inverse));
  if (below !== undefined) return { dimension: '1/length', factor: 1, power: -below };
  const angle = entry(ANGLES, s);
  return angle ? { dimension: 'angle', factor: angle[0], power: angle[1] } : otherUnit(s);
}

const BY_LETTERS = new Map(Object.keys(OTHERS).map((k) => [k.toLowerCase(), k]));

function otherUnit(s: string): Unit | null {
  const whole = entry(OTHERS, s) ?? entry(OTHERS, BY_LETTERS.get(s));
  if (whole !== undefined) return { dimension: whole[0], factor: whole[1], power: 0 };
  const [power, name] = [entry(PREFIXES, s[0]), s.slice(1)];
  if (power === undefined) return null;
  if (name === 'A') return { dimension: 'current', factor: 1, power };
  const base = entry(OTHERS, name);
  return base?.[2] === true ? { dimension: base[0], factor: base[1], power } : null;
}

/** Whether a text names a known unit rather than a remark such as "site 1". */
export const isUnit = (text: string): boolean => unitOf(text) !== null;

/** Two spellings of one unit, known or not. */
export const isSameUnit = (a: string, b: string): boolean => {
  const [u, v] = [unitOf(a), unitOf(b)];
  return u && v ? u.dimension === v.dimension && u.factor === v.factor && u.power === v.power : spelling(a) === spelling(b);
};

/** The conversion from one unit to another; null where one is unknown or their dimensions differ. Powers of ten are exact to rounding. */
export function conversion(from: string, to: string): ((v: number) => number) | null {
  if (isSameUnit(from, to)) return (v) => v;
  const [a, b] = [unitOf(from), unitOf(to)];
  if (!a || !b || a.dimension !== b.dimension) return null;
  const factor = a.factor / b.factor;
  const power = a.power - b.power;
  return power < 0 ? (v) => (v * factor) / 10 ** -power : (v) => v * factor * 10 ** power;
}

const SUFFIXES: readonly (readonly [RegExp, string])[] = [
  [/PerNm$/, '1/nm'],
  [/PerA$/, '1/Å'],
  [/Nm$/, 'nm'],
  [/Mm$/, 'mm'],
  [/Deg$/, 'deg'],
];

/** The unit suffix of a field's name, and the name without it: wavelengthNm, qPerA, angleDeg; null without a suffix. */
export function unitInName(name: string): { readonly stem: string; readonly unit: string } | null {
  if (name === 'nm') return { stem: 'wavelength', unit: 'nm' };
  if (name === 'perA') return { stem: 'q', unit: '1/Å' };
  for (const [suffix, unit] of SUFFIXES) if (suffix.test(name)) return { stem: name.replace(suffix, ''), unit };
  return null;
}
