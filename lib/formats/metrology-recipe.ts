import { z } from 'zod';
import { numberArray } from './arrays';
import { incidenceDeg, name, num, text } from './scalars';

/**
 * A metrology recipe: how a spectrum or a scattering curve becomes values with covariance. It describes the sample, which of its numbers are
 * parameters, what the station records, and how the fit is done and judged. One schema for the editor, the API, the command line and the store.
 */

/** A number, or the name of a parameter in its place. */
const quantity = z
  .union([num, name], 'give a number or the name of a parameter')
  .meta({ description: 'A number, or the name of one of the parameters' });

const oscillator = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('lorentz'), amplitudeEv2: quantity, centreEv: quantity, gammaEv: quantity }),
  z.strictObject({ kind: z.literal('drude'), plasmaEv: quantity, gammaEv: quantity }),
  z.strictObject({ kind: z.literal('gaussian'), amplitude: quantity, centreEv: quantity, widthEv: quantity }),
  z.strictObject({
    kind: z.literal('tauc-lorentz'),
    gapEv: quantity,
    amplitudeEv: quantity,
    centreEv: quantity,
    broadeningEv: quantity,
  }),
]);

const pureMaterial = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('library'), name }).meta({ description: 'A table of the material library' }),
  z.strictObject({ kind: z.literal('constant'), n: quantity, k: quantity }),
  z.strictObject({ kind: z.literal('cauchy'), a: quantity, bUm2: quantity, cUm4: quantity }),
  z.strictObject({ kind: z.literal('oscillators'), epsInf: quantity, terms: z.array(oscillator).min(1).max(12) }),
]);

export const materialIn = z.discriminatedUnion('kind', [
  ...pureMaterial.options,
  z.strictObject({
    kind: z.literal('mixture'),
    rule: z.enum(['bruggeman', 'maxwell-garnett']),
    host: pureMaterial,
    guest: pureMaterial,
    fraction: quantity.meta({ description: 'Volume fraction of the guest' }),
  }),
]);

const films = z
  .array(z.strictObject({ name, material: materialIn, thicknessNm: quantity }))
  .max(40)
  .meta({ description: 'Films from top to bottom' });

export const sampleIn = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('film-stack'), ambient: materialIn, films, substrate: materialIn }),
  z.strictObject({
    kind: z.literal('line-grating'),
    pitchNm: quantity,
    ambient: materialIn,
    line: z.strictObject({
      cdNm: quantity.meta({ description: 'Width of the line, without roundings, at `cdAt` of its height' }),
      cdAt: num.min(0).max(1).meta({ description: '0 is the bottom, 0.5 the middle, 1 the top' }),
      topRoundingNm: quantity.meta({ description: 'Radius of the fillets that round the two top corners' }),
      footingNm: quantity.meta({ description: 'Radius of the fillets that widen the foot' }),
      sections: z
        .array(
          z.strictObject({
            name,
            material: materialIn,
            heightNm: quantity,
            sidewallAngleDeg: quantity.meta({ description: '90° is vertical, less is wider at the bottom' }),
            tiltDeg: quantity
              .meta({
                description:
                  'Lean to the right: the left wall stands at sidewallAngleDeg − tiltDeg, the right one at sidewallAngleDeg + tiltDeg. Absent is 0: both alike',
              })
              .optional(),
          }),
        )
        .min(1)
        .max(8)
        .meta({ description: 'Materials of the line from top to bottom; each is as wide on top as the one above ends' }),
    }),
    films: films.meta({ description: 'Unpatterned films below the lines, from top to bottom' }),
    substrate: materialIn,
    slices: z.int().min(1).max(120).meta({ description: 'Slabs that the line is cut into, each of its mean width' }),
    truncation: z
      .int()
      .min(0)
      .max(120)
      .nullable()
      .meta({ description: 'M of 2M + 1 harmonics; null lets the order sweep of the convergence certificate choose' }),
    tolerance: num.gt(0).max(0.1).meta({ description: 'Error of a reflectance that the order sweep may leave' }),
  }),
  z.strictObject({
    kind: z.literal('xrr'),
    slabs: z
      .array(
        z.strictObject({
          name,
          thicknessA: quantity.meta({ description: 'Å; of no meaning for the first and the last' }),
          sld: quantity.meta({ description: 'Real scattering length density, 1e-6/Å²' }),
          isld: quantity.meta({ description: 'Imaginary part, 1e-6/Å², positive absorbs' }),
          roughnessTopA: quantity.meta({ description: 'Rms roughness of the upper interface, Å' }),
        }),
      )
      .min(2)
      .max(60)
      .meta({ description: 'From the fronting medium to the substrate' }),
    scale: quantity,
    background: quantity,
    resolutionPercent: num.min(0).max(20).meta({ description: 'Standard deviation of q over q, percent' }),
  }),
  z.strictObject({
    kind: z.literal('saxs-lines'),
    bottomCdNm: quantity,
    trapezoids: z
      .array(
        z.strictObject({
          name,
          heightNm: quantity,
          leftAngleDeg: quantity,
          rightAngleDeg: quantity,
          contrast: quantity,
        }),
      )
      .min(1)
      .max(20)
      .meta({ description: 'From bottom to top; each starts where the one below ends' }),
    scale: quantity,
    background: quantity,
    sigmaXNm: quantity,
    sigmaZNm: quantity,
  }),
]);

/** Elements of the Mueller matrix over m11, row then column. */
export const MUELLER_ELEMENTS = [
  ...(['m12', 'm13', 'm14'] as const),
  ...(['m21', 'm22', 'm23', 'm24'] as const),
  ...(['m31', 'm32', 'm33', 'm34'] as const),
  ...(['m41', 'm42', 'm43', 'm44'] as const),
] as const;
export type MuellerElement = (typeof MUELLER_ELEMENTS)[number];

export const QUANTITIES = ['psi', 'delta', 'n', 'c', 's', 'rs', 'rp', 'r', ...MUELLER_ELEMENTS, 'intensity'] as const;

const channel = z.strictObject({
  name,
  quantity: z.enum(QUANTITIES).meta({
    description:
      'psi, delta in deg and n, c, s of r_pp/r_ss; reflectances rs, rp of s and p light, without an analyser, and their mean r; m12 to m44 of the Mueller matrix over m11; intensity of X-rays (reflectivity or scattering)',
  }),
  angleDeg: incidenceDeg.meta({ description: 'Angle of incidence from the normal; of no meaning for X-rays' }),
  azimuthDeg: num
    .min(-360)
    .max(360)
    .meta({
      description:
        'Plane of incidence against the grating vector, from +x to +y: 0 (or absent) is across the lines, 90 along them; of no meaning for films and X-rays',
    })
    .optional(),
  sigma: z
    .strictObject({ absolute: num.min(0), relative: num.min(0) })
    .refine((s) => s.absolute > 0 || s.relative > 0, 'give an absolute or a relative part above 0')
    .meta({
      description: 'Standard deviation of a value, √(absolute² + (relative·value)²), where the station sends none of its own',
    }),
});

const parameter = z.strictObject({
  name,
  label: text(0, 120),
  unit: text(0, 40),
  value: num.meta({ description: 'Start of the fit, or the fixed value' }),
  role: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('free'),
      lower: num,
      upper: num,
      shared: z
        .literal('wafer')
        .meta({ description: 'One value for all sites of a wafer, found by all of them together; absent is a value a site' })
        .optional(),
    }),
    z.strictObject({ kind: z.literal('fixed') }),
    z.strictObject({
      kind: z.literal('fed'),
      u: num.gt(0).meta({ description: 'Standard uncertainty, carried into the results; a value without one is fixed' }),
    }),
    z
      .strictObject({
        kind: z.literal('tied'),
        offset: num,
        terms: z
          .array(z.strictObject({ parameter: name, factor: num }))
          .min(1)
          .max(10),
      })
      .meta({ description: 'offset + Σ factor·parameter' }),
  ]),
  reportAs: name.nullable().meta({ description: 'Fab parameter under which the value is stored, mapped and charted' }),
});

export const metrologyRecipeIn = z.strictObject({
  sample: sampleIn,
  parameters: z.array(parameter).min(1).max(60),
  channels: z.array(channel).min(1).max(24),
  range: z
    .strictObject({ from: num, to: num })
    .refine((r) => r.from < r.to, 'from must be below to')
    .meta({ description: 'Part of the axis that is fitted: nm, or 1/Å (XRR), or qx in 1/nm (SAXS)' }),
  fit: z.strictObject({
    starts: z
      .int()
      .min(1)
      .max(64)
      .meta({ description: '1 starts at the values; more add points of a Sobol sequence in the bounds' }),
    maxIterations: z.int().min(1).max(500),
    seed: z.int().min(0),
    library: z
      .strictObject({
        entries: z.int().min(16).max(50_000).meta({ description: 'Spectra of the recipe’s own model over the bounds' }),
        seed: z.int().min(0),
      })
      .nullable()
      .meta({
        description:
          'Every site starts at the nearest of so many spectra, computed once; null (or absent) starts at the values. A recipe whose model is costly gets fewer of them',
      })
      .optional(),
  }),
  accept: z.strictObject({
    reducedChi2: num.positive().meta({ description: 'A site whose χ²/ν is above this is refused' }),
  }),
});

/** A recipe with the operation whose wafers it measures; without a product it is for all of them. */
export const namedRecipeIn = z.strictObject({ name, operation: name, product: name.nullable(), content: metrologyRecipeIn });
export type NamedRecipe = z.infer<typeof namedRecipeIn>;

export type MaterialSpec = z.infer<typeof materialIn>;
export type SampleSpec = z.infer<typeof sampleIn>;
export type ChannelSpec = MetrologyRecipe['channels'][number];
export type ParameterSpec = MetrologyRecipe['parameters'][number];
export type MetrologyRecipe = z.infer<typeof metrologyRecipeIn>;

const points = (describe: string, lowest?: number) =>
  numberArray({ max: 5_000, ...(lowest === undefined ? {} : { lowest }) }, describe);

/** The abscissa of a spectrum. */
export const axisIn = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('wavelength'), nm: points('Vacuum wavelengths, nm', 1e-3) }),
  z.strictObject({ kind: z.literal('q'), perA: points('q = 4π sin θ/λ, 1/Å', 0) }),
  z.strictObject({
    kind: z.literal('qxqz'),
    qxPerNm: points('q across the lines, 1/nm'),
    qzPerNm: points('q along the normal, 1/nm'),
  }),
]);
export type SpectrumAxis = z.infer<typeof axisIn>;

/** Number of points of an axis. */
export const axisLength = (axis: SpectrumAxis): number =>
  axis.kind === 'wavelength' ? axis.nm.length : axis.kind === 'q' ? axis.perA.length : axis.qxPerNm.length;
