/** Colours of both themes as plain values: canvas, SVG export and the contrast test read them; globals.css repeats them as variables. */
export type Theme = 'light' | 'dark';
export type Status = 'ok' | 'warn' | 'out' | 'idle';

export interface Palette {
  /** Page behind everything. */
  page: string;
  /** Tables, charts, panels. */
  surface: string;
  /** Hovered rows, inputs, code. */
  sunken: string;
  hairline: string;
  hairlineStrong: string;
  /** Text: main, secondary, tertiary (all >= 4.5 : 1 on surface). */
  ink: string;
  ink2: string;
  ink3: string;
  accent: string;
  /** Selected row or point behind text. */
  accentWash: string;
  ok: string;
  warn: string;
  out: string;
  /** Very light status backgrounds. */
  okWash: string;
  warnWash: string;
  outWash: string;
  /** Measured series on charts. */
  series: string;
  /** The same disturbance without control, partial data, comparison in the background. */
  pale: string;
  /** Bands: zones, intervals, golden traces. */
  band: string;
  /** Missing sites: hatch strokes. */
  hatch: string;
}

export const PALETTES: Readonly<Record<Theme, Palette>> = {
  light: {
    page: '#f6f7f8',
    surface: '#ffffff',
    sunken: '#eef1f3',
    hairline: '#dde2e6',
    hairlineStrong: '#b9c1c8',
    ink: '#14191d',
    ink2: '#46515a',
    ink3: '#606b75',
    accent: '#0b62a8',
    accentWash: '#e3eef8',
    ok: '#0b62a8',
    warn: '#7a6700',
    out: '#9b1035',
    okWash: '#e8f1f9',
    warnWash: '#faf4d3',
    outWash: '#fbe9ee',
    series: '#3a4650',
    pale: '#aab4bc',
    band: '#dfe8ee',
    hatch: '#9aa4ac',
  },
  dark: {
    page: '#0e1215',
    surface: '#14191d',
    sunken: '#1d242a',
    hairline: '#283038',
    hairlineStrong: '#434e58',
    ink: '#e6eaed',
    ink2: '#b0bac2',
    ink3: '#8b969f',
    accent: '#58a6ff',
    accentWash: '#16293d',
    ok: '#58a6ff',
    warn: '#ffd23f',
    out: '#ff6b81',
    okWash: '#142639',
    warnWash: '#322c12',
    outWash: '#3a1a21',
    series: '#b9c4cc',
    pale: '#56626c',
    band: '#212b33',
    hatch: '#5f6b75',
  },
};

/** Categorical series (tool, chamber, term): Okabe-Ito hues shifted until each has >= 3 : 1 on its surface. Never the only cue. */
export const CATEGORY: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#0b62a8', '#b45309', '#00795c', '#a0468f', '#7a6200', '#2f80b8', '#9b1035', '#4d5a65'],
  dark: ['#58a6ff', '#f0a04b', '#3fc39d', '#e08fd0', '#d9c24a', '#8fcbf5', '#ff8b9a', '#a7b3bd'],
};

/** The mark and the word that always accompany a status colour. */
export const STATUS_MARK: Readonly<Record<Status, { glyph: string; word: string }>> = {
  ok: { glyph: '●', word: 'in control' },
  warn: { glyph: '▲', word: 'warning' },
  out: { glyph: '■', word: 'out of control' },
  idle: { glyph: '○', word: 'no data' },
};

/** sRGB hex to linear light, WCAG 2.2 relative luminance. */
export function luminance(hex: string): number {
  const n = Number.parseInt(hex.slice(1), 16);
  const lin = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * lin(((n >> 16) & 255) / 255) + 0.7152 * lin(((n >> 8) & 255) / 255) + 0.0722 * lin((n & 255) / 255);
}

/** WCAG 2.2 contrast ratio of two sRGB colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const la = luminance(a);
  const lb = luminance(b);
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
}
