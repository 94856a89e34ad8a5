import type { z } from 'zod';
import { AppError } from '@/lib/errors';
import { names, numbers, rows, whole } from '@/lib/formats/compute';
import { type MetrologyRecipe, metrologyRecipeIn, type SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { type CompiledRecipe, certifyRecipe, checkSigma, compileRecipe, recipeSigma } from '@/lib/recipes';

/** Fields for recipe and axis. */
export const recipeFields = {
  recipe: metrologyRecipeIn.meta({ description: 'Metrology recipe, as the recipe editor exports it' }),
  nm: numbers('Vacuum wavelengths, nm, of film and grating recipes', { max: 5000 }).optional(),
  perA: numbers('q, 1/Å, of reflectivity recipes', { max: 5000 }).optional(),
  qxPerNm: numbers('q across the lines, 1/nm, of CD-SAXS recipes', { max: 5000 }).optional(),
  qzPerNm: numbers('q along the normal, 1/nm', { max: 5000 }).optional(),
  truncation: whole(
    0,
    120,
    'M of a grating recipe that leaves it to the certificate; without it the certificate is computed',
  ).optional(),
};
export const spectraFields = {
  spectra: rows('Channel after channel of the recipe, site after site: one row a channel, on the whole axis', { nullable: true }),
  channels: names(
    'What each row of a site holds: names of the channels of the recipe, or their quantities where one channel has it; default the order of the recipe',
  ).optional(),
  sigma: rows('Standard deviations, the same shape; default the noise model of the recipe', { nullable: true }).optional(),
  sites: whole(1, 10_000, 'Number of sites; default 1').optional(),
};
type RecipeIn = z.output<z.ZodObject<typeof recipeFields>>;
type SpectraIn = RecipeIn & Partial<z.output<z.ZodObject<typeof spectraFields>>>;

const refuse = (field: string, message: string): never => {
  throw new AppError('invalid_input', `${field}: ${message}`, { field });
};

const AXES = ['nm', 'perA', 'qxPerNm', 'qzPerNm'] as const;
type Axis = (typeof AXES)[number];
const AXIS_OF: Readonly<Record<MetrologyRecipe['sample']['kind'], readonly Axis[]>> = {
  'film-stack': ['nm'],
  'line-grating': ['nm'],
  xrr: ['perA'],
  'saxs-lines': ['qxPerNm', 'qzPerNm'],
};

/** The axis of the recipe's kind. @throws AppError `invalid_input` where it is missing, or another axis is given, which would have no effect. */
function axisIn(i: RecipeIn): SpectrumAxis {
  const { kind } = i.recipe.sample;
  const needed = AXIS_OF[kind];
  for (const name of needed) if (!i[name]) refuse(name, `a ${kind} recipe needs this axis`);
  for (const name of AXES)
    if (i[name] && !needed.includes(name))
      refuse(name, `does nothing for a ${kind} recipe, whose axis is ${needed.join(', ')}; leave it out`);
  if (i.nm) return { kind: 'wavelength', nm: i.nm };
  if (i.perA) return { kind: 'q', perA: i.perA };
  const [x, z] = [i.qxPerNm!, i.qzPerNm!];
  if (z.length !== x.length) refuse('qzPerNm', `has ${z.length} values, qxPerNm has ${x.length}; give pairs`);
  return { kind: 'qxqz', qxPerNm: x, qzPerNm: z };
}

/** The truncation that was given. @throws AppError `invalid_input` where the recipe's model has none. */
function truncationIn({ recipe: { sample }, truncation }: RecipeIn): number | undefined {
  if (truncation === undefined) return undefined;
  if (sample.kind !== 'line-grating') refuse('truncation', `does nothing for a ${sample.kind} recipe; leave it out`);
  if (sample.kind === 'line-grating' && sample.truncation !== null)
    refuse(
      'truncation',
      `the recipe sets M = ${sample.truncation} itself; leave it out, or set truncation of its sample to null`,
    );
  return truncation;
}

/** The compiled recipe, with the certificate's truncation where none is given. */
export const compiled = (i: RecipeIn): CompiledRecipe => {
  const axis = axisIn(i);
  return compileRecipe(i.recipe, axis, truncationIn(i) ?? certifyRecipe(i.recipe)?.truncation ?? null);
};

/** Number of points of the whole axis. */
const pointsOf = (i: RecipeIn): number => (i.nm ?? i.perA ?? i.qxPerNm ?? []).length;

const plainName = (s: string): string =>
  s
    .toLowerCase()
    .replace(/\(.*?\)|\[.*?\]/g, '')
    .replace(/[^a-z0-9]/g, '');

/**
 * Row of a site for each channel of the recipe, by name where the rows have names.
 * @throws AppError `invalid_input` naming the channel that is missing or unknown.
 */
function orderOf(i: RecipeIn & { channels?: string[] | undefined }): number[] {
  const own = i.recipe.channels;
  if (!i.channels) return [...own.keys()];
  const given = i.channels.map(plainName);
  const isAlone = (q: string): boolean => own.filter((c) => c.quantity === q).length === 1;
  const order = own.map((c) => {
    const k = given.indexOf(plainName(c.name));
    return k < 0 && isAlone(c.quantity) ? given.indexOf(c.quantity) : k;
  });
  const missing = own.filter((_, k) => order[k]! < 0).map((c) => c.name);
  const unknown = i.channels.filter((_, k) => !order.includes(k));
  if (missing.length === 0 && unknown.length === 0) return order;
  throw new AppError(
    'invalid_input',
    `channels: the recipe needs ${own.map((c) => `"${c.name}" (${c.quantity})`).join(', ')}${missing.length > 0 ? `; missing: ${missing.join(', ')}` : ''}${unknown.length > 0 ? `; not known: ${unknown.join(', ')}` : ''}. Rename columns, or leave them out (--ignore)`,
    { field: 'channels' },
  );
}

/** The part of one site's rows that the recipe fits. */
export function dataOf(
  c: CompiledRecipe,
  i: RecipeIn & { sites?: number | undefined; channels?: string[] | undefined },
  from: readonly number[][],
  field: string,
  site: number,
): Float64Array {
  const channels = i.recipe.channels.length;
  const sites = i.sites ?? 1;
  if (from.length !== sites * channels)
    throw new AppError(
      'invalid_input',
      `${field}: has ${from.length} rows; ${sites} sites of ${channels} channels need ${sites * channels}`,
      { field },
    );
  const points = pointsOf(i);
  const order = orderOf(i);
  const n = c.used.length;
  const out = new Float64Array(n * channels);
  for (let k = 0; k < channels; k++) {
    const row = from[site * channels + order[k]!]!;
    if (row.length !== points)
      throw new AppError(
        'invalid_input',
        `${field}: row ${site * channels + order[k]!} has ${row.length} values, the axis has ${points}`,
        { field },
      );
    for (let p = 0; p < n; p++) out[k * n + p] = row[c.used[p]!]!;
  }
  if (out.every(Number.isNaN))
    throw new AppError(
      'invalid_input',
      `${field}: nothing was measured at site ${site} within the range of the recipe; leave the site out`,
      { field },
    );
  return out;
}

/**
 * Standard deviations of one site: those sent, or the noise model of the recipe.
 * @throws AppError `invalid_input` for a measured value without one, or with one that is not positive.
 */
export function sigmaOf(c: CompiledRecipe, i: SpectraIn, data: Float64Array, site: number): Float64Array {
  const sigma = i.sigma ? sentSigma(c, i, data, site) : recipeSigma(c, data);
  checkSigma(c, data, sigma);
  return sigma;
}

function sentSigma(c: CompiledRecipe, i: SpectraIn, data: Float64Array, site: number): Float64Array {
  const sigma = dataOf(c, i, i.sigma!, 'sigma', site);
  if (sigma.some((v, k) => Number.isNaN(v) && !Number.isNaN(data[k]!)))
    throw new AppError('invalid_input', `sigma: is empty where site ${site} has a value; give one for each measured value`, {
      field: 'sigma',
    });
  return sigma;
}

/** Values of the fitted range that were not measured. */
export const maskedIn = (data: Float64Array): number => data.reduce((n, v) => n + (Number.isNaN(v) ? 1 : 0), 0);

export const axisOfColumns = AXES.map((name) => ({
  name,
  isOptional: true,
  ...(name === 'nm' ? { also: ['wavelengthnm', 'wavelength', 'lambdanm'] } : {}),
}));
/** CSV of one site: a column of the axis, then one per channel, matched by name. */
export const RECIPE_COLUMNS = {
  columns: axisOfColumns,
  rest: {
    field: 'spectra',
    names: 'channels',
    isTransposed: true,
    text: 'one column a channel, named as the recipe names it or by its quantity',
  },
};

/** Columns of an axis. */
export const axisOf = (a: SpectrumAxis): (readonly [string, readonly number[]])[] =>
  a.kind === 'wavelength'
    ? [['nm', a.nm]]
    : a.kind === 'q'
      ? [['perA', a.perA]]
      : [
          ['qxPerNm', a.qxPerNm],
          ['qzPerNm', a.qzPerNm],
        ];

/** Hafnium oxide on silicon by ellipsometry at 70°. */
export const EXAMPLE_RECIPE: MetrologyRecipe = {
  sample: {
    kind: 'film-stack',
    ambient: { kind: 'constant', n: 1, k: 0 },
    films: [{ name: 'HfO2', material: { kind: 'cauchy', a: 1.956, bUm2: 0.0126, cUm4: 0.0004 }, thicknessNm: 'hfo2_thickness' }],
    substrate: { kind: 'library', name: 'Si' },
  },
  parameters: [
    {
      name: 'hfo2_thickness',
      label: 'HfO2 thickness',
      unit: 'nm',
      value: 7.6,
      role: { kind: 'free', lower: 3, upper: 14 },
      reportAs: null,
    },
  ],
  channels: [
    { name: 'psi 70', quantity: 'psi', angleDeg: 70, sigma: { absolute: 0.03, relative: 0 } },
    { name: 'delta 70', quantity: 'delta', angleDeg: 70, sigma: { absolute: 0.08, relative: 0 } },
  ],
  range: { from: 300, to: 800 },
  fit: { starts: 1, maxIterations: 60, seed: 1 },
  accept: { reducedChi2: 4 },
};

/** The spectrum of 8 nm with errors of about half a sigma. */
export function exampleSpectra() {
  const nm = [300, 340, 380, 420, 460, 500, 550, 600, 650, 700, 750];
  const model = compileRecipe(EXAMPLE_RECIPE, { kind: 'wavelength', nm }).model([8]);
  const value = (k: number, i: number) =>
    Math.round(1e4 * (model[k * nm.length + i]! + [0.015, 0.04][k]! * [1, -1, 0][(i * 7 + k) % 3]!)) / 1e4;
  return { recipe: EXAMPLE_RECIPE, nm, spectra: [0, 1].map((k) => nm.map((_, i) => value(k, i))) };
}

/** Oxide lines on silicon, one free width, by scatterometry across the lines. */
export const EXAMPLE_GRATING: MetrologyRecipe = {
  sample: {
    kind: 'line-grating',
    pitchNm: 90,
    ambient: { kind: 'constant', n: 1, k: 0 },
    line: {
      cdNm: 'cd',
      cdAt: 0.5,
      topRoundingNm: 0,
      footingNm: 0,
      sections: [{ name: 'oxide', material: { kind: 'library', name: 'SiO2' }, heightNm: 120, sidewallAngleDeg: 88 }],
    },
    films: [],
    substrate: { kind: 'library', name: 'Si' },
    slices: 4,
    truncation: null,
    tolerance: 0.02,
  },
  parameters: [
    { name: 'cd', label: 'Line width', unit: 'nm', value: 33, role: { kind: 'free', lower: 25, upper: 40 }, reportAs: null },
  ],
  channels: [{ name: 'rp', quantity: 'rp', angleDeg: 65, sigma: { absolute: 0.001, relative: 0 } }],
  range: { from: 300, to: 700 },
  fit: { starts: 1, maxIterations: 60, seed: 1 },
  accept: { reducedChi2: 4 },
};
