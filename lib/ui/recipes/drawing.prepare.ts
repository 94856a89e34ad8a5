import { lineOutline, type MaterialSpec, type MetrologyRecipe, type SampleSpec } from '@/lib/recipes';
import { fieldOf } from './draft';

/** Points are (x, z) in nm, z upwards from the base of the lines. */
type Point = readonly [number, number];

export interface DrawnShape {
  points: readonly Point[];
  /** Place in `materials`. */
  material: number;
  /** A neighbour of the modelled line. */
  isNeighbour: boolean;
}

export interface DrawnDimension {
  from: Point;
  to: Point;
  text: string;
}

export interface Drawing {
  leftNm: number;
  rightNm: number;
  bottomNm: number;
  topNm: number;
  /** x and z share one scale; a film stack has no width of its own. */
  hasWidth: boolean;
  shapes: DrawnShape[];
  dimensions: DrawnDimension[];
  /** An angle written beside the wall on its side. */
  angles: { at: Point; text: string; side: 'left' | 'right' }[];
  /** Layers from top to bottom, at the height where their label points. */
  labels: { zNm: number; text: string; material: number }[];
  materials: string[];
  /** Layers drawn thicker or thinner than to scale. */
  notToScale: string[];
  summary: string;
}

type Lookup = (name: string) => number;
type Quantity = number | string;

const plain = (v: number): string => fieldOf(Number(v.toPrecision(5))).replace('-', '−');

/** A material in words: the name of its table, or its law with its most telling number. */
export function materialText(m: MaterialSpec, lookup: Lookup): string {
  const at = (q: Quantity): string => plain(typeof q === 'number' ? q : lookup(q));
  switch (m.kind) {
    case 'library':
      return m.name;
    case 'constant':
      return m.n === 1 && m.k === 0 ? 'air' : `n = ${at(m.n)}${m.k === 0 ? '' : `, k = ${at(m.k)}`}`;
    case 'cauchy':
      return `Cauchy, A = ${at(m.a)}`;
    case 'oscillators':
      return `${m.terms.length} ${m.terms.length === 1 ? 'oscillator' : 'oscillators'}`;
    case 'mixture':
      return `${materialText(m.host, lookup)} with ${at(m.fraction)} of ${materialText(m.guest, lookup)}`;
  }
}

class Materials {
  readonly words: string[] = [];
  private readonly keys: string[] = [];
  constructor(private readonly lookup: Lookup) {}

  of(m: MaterialSpec): number {
    return this.named(JSON.stringify(m), materialText(m, this.lookup));
  }

  named(key: string, words: string): number {
    const known = this.keys.indexOf(key);
    if (known >= 0) return known;
    this.keys.push(key);
    return this.words.push(words) - 1;
  }
}

const SUBSTRATE_SHARE = 0.16;
const LEAST_SHARE = 0.02;
const box = (x0: number, x1: number, z0: number, z1: number): Point[] => [
  [x0, z0],
  [x1, z0],
  [x1, z1],
  [x0, z1],
];

interface Base {
  value: (q: Quantity) => number;
  materials: Materials;
}

/** Films below z = 0 and the substrate below them. Heights are clamped, so that every layer is visible. */
function ground(
  d: Pick<Drawing, 'shapes' | 'labels' | 'notToScale'>,
  { value, materials }: Base,
  films: Extract<SampleSpec, { kind: 'film-stack' }>['films'],
  substrate: MaterialSpec,
  [left, right]: readonly [number, number],
  reference: number,
  most: number,
): number {
  let z = 0;
  for (const f of films) {
    const t = value(f.thicknessNm);
    const drawn = Math.min(most, Math.max(t, LEAST_SHARE * reference));
    if (Math.abs(drawn - t) > 1e-9) d.notToScale.push(f.name);
    const material = materials.of(f.material);
    d.shapes.push({ points: box(left, right, z - drawn, z), material, isNeighbour: false });
    d.labels.push({ zNm: z - drawn / 2, text: `${f.name}, ${plain(t)} nm`, material });
    z -= drawn;
  }
  const depth = SUBSTRATE_SHARE * (reference - z);
  const material = materials.of(substrate);
  d.shapes.push({ points: box(left, right, z - depth, z), material, isNeighbour: false });
  d.labels.push({ zNm: z - depth / 2, text: `substrate`, material });
  return z - depth;
}

function filmDrawing(sample: Extract<SampleSpec, { kind: 'film-stack' }>, base: Base): Drawing {
  const total = sample.films.reduce((s, f) => s + Math.max(0, base.value(f.thicknessNm)), 0) || 1;
  const d = { shapes: [] as DrawnShape[], labels: [] as Drawing['labels'], notToScale: [] as string[] };
  const bottomNm = ground(d, base, sample.films, sample.substrate, [0, 1], total, Number.POSITIVE_INFINITY);
  const words = sample.films.map((f) => `${f.name} ${plain(base.value(f.thicknessNm))} nm`);
  return {
    ...d,
    leftNm: 0,
    rightNm: 1,
    bottomNm,
    topNm: 0.06 * total,
    hasWidth: false,
    dimensions: [],
    angles: [],
    materials: base.materials.words,
    summary: `Film stack from top to bottom: ${[...words, `substrate ${materialText(sample.substrate, () => Number.NaN)}`].join(', ')}.`,
  };
}

const wallWords = (angle: number, tilt: number): string =>
  tilt === 0 ? `${plain(angle)}°` : `${plain(angle - tilt)}° on the left and ${plain(angle + tilt)}° on the right`;

function gratingDrawing(sample: Extract<SampleSpec, { kind: 'line-grating' }>, base: Base, lookup: Lookup): Drawing {
  const { value, materials } = base;
  const outline = lineOutline(sample, lookup);
  const pitch = value(sample.pitchNm);
  const { zNm, leftNm: l, rightNm: r, section } = outline;
  const last = zNm.length - 1;
  const height = zNm[last]!;
  const [left, right] = [-1.2 * pitch, 1.2 * pitch];
  const d = { shapes: [] as DrawnShape[], labels: [] as Drawing['labels'], notToScale: [] as string[] };
  const { sections } = sample.line;
  const angles: Drawing['angles'] = [];
  const dimensions: DrawnDimension[] = [];
  for (let k = 0; k < sections.length; k++) {
    const spec = sections[sections.length - 1 - k]!;
    const rows = [...zNm.keys()].filter((i) => (i < last && section[i] === k) || (i > 0 && section[i - 1] === k));
    const edge: Point[] = [...rows.map((i): Point => [l[i]!, zNm[i]!]), ...rows.toReversed().map((i): Point => [r[i]!, zNm[i]!])];
    const material = materials.of(spec.material);
    for (const shift of [-pitch, 0, pitch])
      d.shapes.push({ points: edge.map(([x, z]): Point => [x + shift, z]), material, isNeighbour: shift !== 0 });
    const [z0, z1] = [zNm[rows[0]!]!, zNm[rows.at(-1)!]!];
    const middle = rows.reduce((a, b) => (Math.abs(zNm[b]! - (z0 + z1) / 2) < Math.abs(zNm[a]! - (z0 + z1) / 2) ? b : a));
    const [angle, tilt] = [value(spec.sidewallAngleDeg), value(spec.tiltDeg ?? 0)];
    angles.push({ at: [r[middle]!, (z0 + z1) / 2], text: `${plain(angle + tilt)}°`, side: 'right' });
    if (tilt !== 0) angles.push({ at: [l[middle]!, (z0 + z1) / 2], text: `${plain(angle - tilt)}°`, side: 'left' });
    d.labels.unshift({ zNm: (z0 + z1) / 2, text: `${spec.name}, ${plain(value(spec.heightNm))} nm`, material });
  }
  dimensions.push({ from: [-pitch / 2, 0], to: [-pitch / 2, height], text: `${plain(height)} nm` });
  const at = sample.line.cdAt * height;
  const cd = value(sample.line.cdNm);
  dimensions.push({ from: [-cd / 2, at], to: [cd / 2, at], text: `CD ${plain(cd)} nm` });
  const over = height + 0.1 * Math.max(height, 0.5 * pitch);
  dimensions.push({ from: [0, over], to: [pitch, over], text: `pitch ${plain(pitch)} nm` });
  const bottomNm = ground(d, base, sample.films, sample.substrate, [left, right], height, 1.2 * height);
  return {
    ...d,
    leftNm: left,
    rightNm: right,
    bottomNm,
    topNm: over + 0.06 * height,
    hasWidth: true,
    dimensions,
    angles,
    materials: materials.words,
    summary: `Lines of ${plain(cd)} nm and ${plain(height)} nm height in a pitch of ${plain(pitch)} nm, sidewall angle ${sections.map((s) => wallWords(value(s.sidewallAngleDeg), value(s.tiltDeg ?? 0))).join(', ')}.`,
  };
}

function saxsDrawing(sample: Extract<SampleSpec, { kind: 'saxs-lines' }>, { value, materials }: Base): Drawing {
  const d = { shapes: [] as DrawnShape[], labels: [] as Drawing['labels'], notToScale: [] as string[] };
  const rad = (deg: number): number => (deg * Math.PI) / 180;
  const cd = value(sample.bottomCdNm);
  let [l, r, z] = [-cd / 2, cd / 2, 0];
  const angles: Drawing['angles'] = [];
  let [least, greatest] = [l, r];
  for (const t of sample.trapezoids) {
    const h = value(t.heightNm);
    const [l1, r1] = [l + h / Math.tan(rad(value(t.leftAngleDeg))), r - h / Math.tan(rad(value(t.rightAngleDeg)))];
    const contrast = value(t.contrast);
    const material = materials.named(String(contrast), `contrast ${plain(contrast)}`);
    d.shapes.push({
      points: [
        [l, z],
        [l1, z + h],
        [r1, z + h],
        [r, z],
      ],
      material,
      isNeighbour: false,
    });
    d.labels.unshift({ zNm: z + h / 2, text: `${t.name}, ${plain(h)} nm`, material });
    angles.push({ at: [(r + r1) / 2, z + h / 2], text: `${plain(value(t.rightAngleDeg))}°`, side: 'right' });
    [l, r, z] = [l1, r1, z + h];
    [least, greatest] = [Math.min(least, l), Math.max(greatest, r)];
  }
  const margin = 0.6 * (greatest - least);
  return {
    ...d,
    leftNm: least - margin,
    rightNm: greatest + margin,
    bottomNm: -0.16 * z,
    topNm: 1.06 * z,
    hasWidth: true,
    dimensions: [
      { from: [least - margin / 2, 0], to: [least - margin / 2, z], text: `${plain(z)} nm` },
      { from: [-cd / 2, -0.04 * z], to: [cd / 2, -0.04 * z], text: `CD ${plain(cd)} nm` },
    ],
    angles,
    materials: materials.words,
    summary: `Line of ${plain(cd)} nm at its foot and ${plain(z)} nm height, in ${sample.trapezoids.length} trapezoids.`,
  };
}

/**
 * The drawing of a recipe's sample at given parameter values; null for X-ray slabs, which are drawn as a density profile.
 * @throws AppError where the values do not form a line.
 */
export function prepareDrawing(recipe: MetrologyRecipe, values: readonly number[]): Drawing | null {
  const index = new Map(recipe.parameters.map((p, i) => [p.name, values[i]!]));
  const lookup: Lookup = (name) => index.get(name) ?? Number.NaN;
  const base: Base = { value: (q) => (typeof q === 'number' ? q : lookup(q)), materials: new Materials(lookup) };
  const { sample } = recipe;
  if (sample.kind === 'film-stack') return filmDrawing(sample, base);
  if (sample.kind === 'line-grating') return gratingDrawing(sample, base, lookup);
  return sample.kind === 'saxs-lines' ? saxsDrawing(sample, base) : null;
}
