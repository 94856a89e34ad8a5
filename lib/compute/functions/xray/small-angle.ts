import { z } from 'zod';
import { atLeast, numbers, oneOf, positive, real, whole } from '@/lib/formats/compute';
import { radians } from '@/lib/optics';
import { cdSaxs, particleScattering, trapezoidAmplitude } from '@/lib/xray';
import { define, given } from '../../define';

const lines = define({
  path: 'saxs/lines',
  title: 'CD-SAXS of lines',
  text: 'Intensity |F|² of stacked trapezoids in closed form with Debye–Waller roughness, scale and background, and the complex amplitude F.',
  input: z.strictObject({
    qxPerNm: numbers('q across the lines, 1/nm'),
    qzPerNm: numbers('q along the normal, 1/nm'),
    bottomCdNm: positive('Width at the bottom, nm'),
    trapezoids: z
      .array(
        z.strictObject({
          heightNm: z.number().positive(),
          leftAngleDeg: z.number().gt(0).lt(180),
          rightAngleDeg: z.number().gt(0).lt(180),
          contrast: z.number().meta({ description: 'Scattering length density against the surroundings; default 1' }).optional(),
        }),
      )
      .min(1)
      .max(200)
      .meta({ description: 'From bottom to top; each starts where the one below ends; 90° is vertical' }),
    i0: positive('Scale; default 1').optional(),
    background: atLeast(0, 'Default 0').optional(),
    sigmaXNm: atLeast(0, 'Debye–Waller length across, nm; default 0').optional(),
    sigmaZNm: atLeast(0, 'Debye–Waller length along the normal, nm; default 0').optional(),
  }),
  relations: { sameLength: [['qxPerNm', 'qzPerNm']] },
  run: ({ qxPerNm, qzPerNm, bottomCdNm, trapezoids, ...options }) => {
    const line = {
      bottomCdNm,
      trapezoids: trapezoids.map((t) => ({
        heightNm: t.heightNm,
        leftAngleRad: radians(t.leftAngleDeg),
        rightAngleRad: radians(t.rightAngleDeg),
        contrast: t.contrast ?? 1,
      })),
    };
    return {
      qxPerNm,
      qzPerNm,
      intensity: cdSaxs(line, qxPerNm, qzPerNm, given(options)),
      amplitude: trapezoidAmplitude(line, qxPerNm, qzPerNm),
    };
  },
  table: {
    columns: [{ name: 'qxPerNm' }, { name: 'qzPerNm' }],
    write: { curve: (r) => ({ qxPerNm: r.qxPerNm, qzPerNm: r.qzPerNm, intensity: r.intensity }) },
  },
  example: {
    qxPerNm: [0, 0.1],
    qzPerNm: [0, 0.05],
    bottomCdNm: 30,
    trapezoids: [{ heightNm: 50, leftAngleDeg: 90, rightAngleDeg: 90 }],
  },
});

const p = z.number().positive();
const shapeIn = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('sphere'), radius: p, sld: z.number() }),
    z.strictObject({ kind: z.literal('core-shell-sphere'), radius: p, thickness: p, sldCore: z.number(), sldShell: z.number() }),
    z.strictObject({ kind: z.literal('cylinder'), radius: p, length: p, sld: z.number() }),
    z.strictObject({
      kind: z.literal('core-shell-cylinder'),
      radius: p,
      thickness: p,
      length: p,
      sldCore: z.number(),
      sldShell: z.number(),
    }),
    z.strictObject({ kind: z.literal('ellipsoid'), polar: p, equatorial: p, sld: z.number() }),
    z.strictObject({ kind: z.literal('parallelepiped'), a: p, b: p, c: p, sld: z.number() }),
  ])
  .meta({ description: 'Shape; lengths in Å, scattering length densities in 1e-6/Å²' });

const particles = define({
  path: 'saxs/particles',
  title: 'Small-angle scattering of particles',
  text: 'Orientation-averaged form factors, 1/cm. A size distribution is integrated whole, tails included, unless nSigma cuts it.',
  input: z.strictObject({
    qPerA: numbers('q, 1/Å', { lowest: 0 }),
    shape: shapeIn,
    sldSolvent: real('Scattering length density of the surroundings, 1e-6/Å²; default 0').optional(),
    scale: positive('Volume fraction; default 1').optional(),
    background: atLeast(0, '1/cm; default 0').optional(),
    spread: oneOf(
      ['radius', 'length', 'thickness', 'polar', 'equatorial', 'a', 'b', 'c'],
      'Length of the shape that is distributed',
    ).optional(),
    distribution: oneOf(['gaussian', 'lognormal', 'schulz', 'rectangle'], 'Its distribution; default gaussian').optional(),
    relativeSigma: positive(
      'Its relative standard deviation, σ over mean, of every distribution; the length of the shape is the mean, of a lognormal distribution the median',
    ).optional(),
    points: whole(3, 1000, 'Points of the distribution; default as many as the fringes at each q need').optional(),
    nSigma: positive('Cuts the distribution: equally spaced points over ± so many standard deviations').optional(),
  }),
  relations: {
    together: [['spread', 'relativeSigma']],
    needs: { distribution: 'spread', points: 'spread', nSigma: 'spread' },
  },
  run: ({ qPerA, shape, sldSolvent, spread, distribution, relativeSigma, points, nSigma, ...rest }) => ({
    qPerA,
    intensityPerCm: particleScattering(shape, qPerA, {
      sldSolvent: sldSolvent ?? 0,
      ...given(rest),
      ...(spread
        ? { polydispersity: { parameter: spread, relativeSigma: relativeSigma!, ...given({ distribution, points, nSigma }) } }
        : {}),
    }),
  }),
  table: { columns: [{ name: 'qPerA' }], write: { curve: (r) => ({ qPerA: r.qPerA, intensityPerCm: r.intensityPerCm }) } },
  example: { qPerA: [0.001, 0.05, 0.1], shape: { kind: 'sphere', radius: 50, sld: 1 }, sldSolvent: 6 },
});

export const functions = [lines, particles];
