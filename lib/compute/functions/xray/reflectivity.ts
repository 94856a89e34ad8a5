import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { atLeast, numbers, positive } from '@/lib/formats/compute';
import { type Instrument, reflectivityFromIndex, reflectivityFromSld } from '@/lib/xray';
import { define, given } from '../../define';

const slab = z.strictObject({
  thicknessA: z.number().min(0).meta({ description: 'Å; needed but for the first and the last, which have none' }).optional(),
  sld: z.number().meta({ description: 'Real scattering length density, 1e-6/Å²' }).optional(),
  isld: z.number().min(0).meta({ description: 'Its imaginary part, 1e-6/Å², positive absorbs' }).optional(),
  delta: z.number().meta({ description: 'δ of n = 1 − δ + iβ, instead of sld' }).optional(),
  beta: z.number().min(0).meta({ description: 'β, positive absorbs; default 0' }).optional(),
  roughnessTopA: z.number().min(0).meta({ description: 'Rms roughness of the upper interface, Å' }).optional(),
});

/** @throws AppError `invalid_input` for a slab without its density, or with one of the other kind beside it. */
function checkSlabs(slabs: readonly z.output<typeof slab>[], byIndex: boolean): void {
  const [needed, others] = byIndex ? (['delta', ['sld', 'isld']] as const) : (['sld', ['delta', 'beta']] as const);
  const refuse = (field: string, message: string): never => {
    throw new AppError('invalid_input', `${field}: ${message}`, { field });
  };
  for (const [k, s] of slabs.entries()) {
    if (s[needed] === undefined)
      refuse(`slabs.${k}.${needed}`, 'is missing; give sld of every slab, or delta and beta of every slab');
    const other = others.find((name) => s[name] !== undefined);
    if (other !== undefined)
      refuse(`slabs.${k}.${other}`, `stands beside ${needed}, and only one of the two can count; leave one out`);
  }
}

/** @throws AppError `invalid_input` for an inner slab without thickness, and for what has no meaning at the ends. */
function checkGeometry(slabs: readonly z.output<typeof slab>[]): void {
  const refuse = (field: string, message: string): never => {
    throw new AppError('invalid_input', `${field}: ${message}`, { field });
  };
  for (const [k, s] of slabs.entries()) {
    const isEnd = k === 0 || k === slabs.length - 1;
    if (!isEnd && s.thicknessA === undefined)
      refuse(`slabs.${k}.thicknessA`, 'is missing; give the thickness of every inner slab, Å');
    if (isEnd && (s.thicknessA ?? 0) !== 0)
      refuse(
        `slabs.${k}.thicknessA`,
        'does nothing: the first and the last slab are half-spaces; leave it out, or add a slab behind',
      );
    if (k === 0 && (s.roughnessTopA ?? 0) !== 0)
      refuse('slabs.0.roughnessTopA', 'does nothing: the first slab has no upper interface; give it to the slab below');
    const absorbed = s.isld ?? s.beta ?? 0;
    if (k === 0 && absorbed !== 0)
      refuse(
        `slabs.0.${s.isld === undefined ? 'beta' : 'isld'}`,
        'must be 0: in a fronting medium that absorbs no reflectivity is defined; leave it out',
      );
  }
}

const reflectivity = define({
  path: 'xrr/reflectivity',
  title: 'X-ray reflectivity',
  text: 'Parratt recursion with Névot–Croce roughness, resolution smearing, footprint, scale and background.',
  input: z.strictObject({
    qPerA: numbers('q = 4π sin θ/λ, 1/Å', { lowest: 0, max: 100_000 }),
    slabs: z.array(slab).min(2).max(5000).meta({ description: 'From the fronting medium to the substrate' }),
    wavelengthA: positive('Wavelength, Å, needed with δ and β and for the footprint').optional(),
    scale: positive('Default 1').optional(),
    background: atLeast(0, 'Default 0').optional(),
    resolutionPercent: positive('Standard deviation of q over q, percent').optional(),
    sigmaQPerA: numbers('Standard deviation of q at each point, 1/Å, instead', { lowest: 0 }).optional(),
    beamOverSample: positive('Beam width over sample length, for the footprint').optional(),
  }),
  relations: {
    sameLength: [['qPerA', 'sigmaQPerA']],
    oneOf: [{ fields: ['resolutionPercent', 'sigmaQPerA'] }],
    needs: { beamOverSample: 'wavelengthA' },
  },
  run: (i) => {
    const needed = (): number => {
      if (i.wavelengthA === undefined)
        throw new AppError('invalid_input', 'wavelengthA: δ, β and the footprint need it; give Å', { field: 'wavelengthA' });
      return i.wavelengthA;
    };
    const sharp = i.sigmaQPerA?.findIndex((s) => !(s > 0)) ?? -1;
    if (sharp >= 0)
      throw new AppError(
        'invalid_input',
        `sigmaQPerA: value ${sharp} is ${i.sigmaQPerA![sharp]}; give positive standard deviations, or leave it out`,
        {
          field: 'sigmaQPerA',
        },
      );
    const sigmaPerA =
      i.sigmaQPerA ?? (i.resolutionPercent === undefined ? undefined : i.qPerA.map((q) => (q * i.resolutionPercent!) / 100));
    const instrument: Instrument = given({
      scale: i.scale,
      background: i.background,
      resolution: sigmaPerA && { sigmaPerA },
      footprint: i.beamOverSample === undefined ? undefined : { beamOverSample: i.beamOverSample, wavelengthA: needed() },
    });
    const common = (s: z.output<typeof slab>) => ({ thicknessA: s.thicknessA ?? 0, roughnessTopA: s.roughnessTopA ?? 0 });
    const byIndex = i.slabs.some((s) => s.delta !== undefined);
    checkSlabs(i.slabs, byIndex);
    checkGeometry(i.slabs);
    if (i.wavelengthA !== undefined && !byIndex && i.beamOverSample === undefined)
      throw new AppError(
        'invalid_input',
        'wavelengthA: does nothing without δ and β of the slabs, or the footprint; leave it out',
        { field: 'wavelengthA' },
      );
    const reflected = byIndex
      ? reflectivityFromIndex(
          i.slabs.map((s) => ({ ...common(s), delta: s.delta!, beta: s.beta ?? 0 })),
          needed(),
          i.qPerA,
          instrument,
        )
      : reflectivityFromSld(
          i.slabs.map((s) => ({ ...common(s), sld: s.sld!, isld: s.isld ?? 0 })),
          i.qPerA,
          instrument,
        );
    return { qPerA: i.qPerA, reflectivity: reflected };
  },
  table: { columns: [{ name: 'qPerA' }], write: { curve: (r) => ({ qPerA: r.qPerA, reflectivity: r.reflectivity }) } },
  example: {
    qPerA: [0.01, 0.05, 0.1],
    slabs: [{ sld: 0 }, { sld: 18.9, thicknessA: 20, roughnessTopA: 3 }, { sld: 20.07, isld: 0.46, roughnessTopA: 2 }],
  },
});

export const functions = [reflectivity];
