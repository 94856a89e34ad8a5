import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { type IndexIn, incidenceDeg, indexIn, numbers, oneOf, positive, share } from '@/lib/formats/compute';
import {
  effectiveMedium,
  incoherentStack,
  MATERIALS,
  ncs,
  psiDelta,
  psiDeltaOfNcs,
  radians,
  type SpreadResponse,
  thinFilm,
  thinFilmSpread,
} from '@/lib/optics';
import { define, given } from '../../define';
import { crossedFunctions } from './crossed';
import { gratingFunctions } from './gratings';
import { indexOf } from './index-of-refraction';

const wavelengthNm = numbers('Vacuum wavelengths, nm', { lowest: 1e-3, max: 100_000 });
const angleDeg = incidenceDeg.meta({ description: 'Angle of incidence from the normal, degrees; default 0' }).optional();

const films = z
  .array(
    z.strictObject({
      material: indexIn,
      thicknessNm: z.number().min(0).meta({ description: 'Thickness, nm' }),
      coherent: z
        .boolean()
        .meta({ description: 'False for a thick slab whose reflections add in power; default true' })
        .optional(),
    }),
  )
  .max(1000)
  .meta({ description: 'Films from top to bottom' })
  .optional();

const POLARISATION = ['n', 'c', 's', 'depolarisation'];

/** Wavelengths at which nothing is reflected, so that there is no polarisation. */
function unreflected({ Rs, Rp }: { readonly Rs: Float64Array; readonly Rp: Float64Array }): string[] {
  const dark = [...Rs.keys()].filter((k) => Rs[k] === 0 && Rp[k] === 0);
  if (dark.length === 0) return [];
  return [
    `wavelengthNm: nothing is reflected at ${dark.length === Rs.length ? 'any wavelength' : `${dark.length === 1 ? 'place' : 'places'} ${dark.slice(0, 6).join(', ')}${dark.length > 6 ? ' …' : ''}`}, so that Ψ, Δ, N, C and S do not exist there`,
  ];
}

const film = define({
  path: 'optics/thin-film',
  title: 'Thin-film stack: reflectance and ellipsometry',
  text: 'Scattering recursion for any number of layers: amplitudes rs, rp, ts, tp, powers R and T, Ψ and Δ (instrument sign, Δ in [0, 360)), N C S. Incoherent slabs give powers only; with a spread of thickness, bandwidth or beam angle (Gaussian, standard deviations) everything is averaged as the instrument does: powers, N C S with depolarisation, Ψ and Δ of the polarised part; amplitudes are then none, and `spread` has the error of the average.',
  input: z.strictObject({
    wavelengthNm,
    angleDeg,
    ambient: indexIn.optional(),
    films,
    substrate: indexIn,
    thicknessSigmaNm: positive('Thickness spread over the spot, nm, of the film number `spreadFilm`').optional(),
    spreadFilm: z.int().min(0).meta({ description: 'Film, from 0 at the top, whose thickness spreads; default 0' }).optional(),
    bandwidthNm: positive('Spectral resolution, nm').optional(),
    convergenceDeg: positive('Convergence of the beam, degrees').optional(),
  }),
  relations: { needs: { spreadFilm: 'thicknessSigmaNm' } },
  // without light there is no polarisation
  gaps: ['psiDeg', 'deltaDeg', ...POLARISATION, ...POLARISATION.map((k) => `spread.${k}`)],
  run: (i) => {
    checkSpread(i);
    const angle = radians(i.angleDeg ?? 0);
    const stackAt = (w: readonly number[]) => ({
      ambient: indexOf(i.ambient ?? { kind: 'constant', n: 1, k: 0 }, w, 'ambient'),
      films: (i.films ?? []).map((f, k) => ({
        thicknessNm: f.thicknessNm,
        index: indexOf(f.material, w, `films.${k}.material`),
      })),
      substrate: indexOf(i.substrate, w, 'substrate'),
    });
    const stack = stackAt(i.wavelengthNm);
    if (i.films?.some((f) => f.coherent === false)) {
      const layers = stack.films.map((f, k) => ({ ...f, coherent: i.films?.[k]?.coherent !== false }));
      return { wavelengthNm: i.wavelengthNm, ...incoherentStack(stack.ambient, layers, stack.substrate, i.wavelengthNm, angle) };
    }
    const r = thinFilm(stack, i.wavelengthNm, angle);
    const spread = spreadOf(i, stackAt, angle);
    if (spread === null)
      return {
        wavelengthNm: i.wavelengthNm,
        ...r,
        ...psiDelta(r.rp, r.rs),
        ...ncs(r.rp, r.rs),
        spread: null,
        warnings: unreflected(r),
      };
    const { error: _, nodes: __, ...mixed } = spread;
    return { wavelengthNm: i.wavelengthNm, ...mixed, ...psiDeltaOfNcs(mixed), spread, warnings: unreflected(mixed) };
  },
  table: {
    columns: [{ name: 'wavelengthNm' }],
    write: {
      spectrum: (r) => {
        const powers = { wavelengthNm: r.wavelengthNm, Rs: r.Rs, Rp: r.Rp, Ts: r.Ts, Tp: r.Tp };
        if (!('psiDeg' in r)) return powers;
        const polarised = { ...powers, psiDeg: r.psiDeg, deltaDeg: r.deltaDeg };
        return r.spread === null ? polarised : { ...polarised, n: r.n, c: r.c, s: r.s, depolarisation: r.depolarisation };
      },
    },
  },
  example: { wavelengthNm: [400, 500, 600], angleDeg: 70, films: [{ material: 'SiO2', thicknessNm: 100 }], substrate: 'Si' },
});

type SpreadIn = {
  thicknessSigmaNm?: number | undefined;
  spreadFilm?: number | undefined;
  bandwidthNm?: number | undefined;
  convergenceDeg?: number | undefined;
  wavelengthNm: number[];
};
type StackAt = (w: readonly number[]) => Parameters<typeof thinFilm>[0];

/** @throws AppError `invalid_input` for a film that does not exist, or a spread where only powers are computed. */
function checkSpread(i: SpreadIn & { films?: readonly { coherent?: boolean | undefined }[] | undefined }): void {
  const count = i.films?.length ?? 0;
  const refuse = (field: string, message: string): never => {
    throw new AppError('invalid_input', `${field}: ${message}`, { field });
  };
  if (i.thicknessSigmaNm !== undefined && (i.spreadFilm ?? 0) >= count)
    refuse(
      i.spreadFilm === undefined ? 'thicknessSigmaNm' : 'spreadFilm',
      `the stack has ${count === 0 ? 'no films, so no thickness spreads' : `${count} films: numbers run from 0 to ${count - 1}`}`,
    );
  if (!i.films?.some((f) => f.coherent === false)) return;
  for (const field of ['thicknessSigmaNm', 'bandwidthNm', 'convergenceDeg'] as const)
    if (i[field] !== undefined)
      refuse(
        field,
        'does nothing in a stack with an incoherent slab, which gives powers only; leave it out, or make the slab coherent',
      );
}

/** Response of a spot, a slit and a beam of finite size; undefined when none is given. */
function spreadOf(i: SpreadIn, stackAt: StackAt, angle: number): SpreadResponse | null {
  const { thicknessSigmaNm, bandwidthNm, convergenceDeg } = i;
  if (thicknessSigmaNm === undefined && bandwidthNm === undefined && convergenceDeg === undefined) return null;
  const thickness = thicknessSigmaNm === undefined ? undefined : { film: i.spreadFilm ?? 0, sigmaNm: thicknessSigmaNm };
  const angleRad = convergenceDeg === undefined ? undefined : radians(convergenceDeg);
  return thinFilmSpread((w) => stackAt(Array.from(w)), i.wavelengthNm, angle, given({ thickness, bandwidthNm, angleRad }));
}

const material = define({
  path: 'optics/material',
  title: 'Optical index of a material',
  text: 'n and k on wavelengths, of a table of the library or of a dispersion law (constant, Cauchy, oscillators, mixture); time factor exp(−iωt), k ≥ 0 absorbs.',
  input: z.strictObject({ material: indexIn, wavelengthNm }),
  run: (i) => {
    const index = indexOf(i.material as IndexIn, i.wavelengthNm, 'material');
    return { wavelengthNm: i.wavelengthNm, n: index.re, k: index.im };
  },
  table: { columns: [{ name: 'wavelengthNm' }], write: { index: (r) => ({ wavelengthNm: r.wavelengthNm, n: r.n, k: r.k }) } },
  example: { material: { kind: 'cauchy', a: 1.45, bUm2: 0.0035, cUm4: 0 }, wavelengthNm: [500, 633] },
});

const library = define({
  path: 'optics/materials',
  title: 'Materials of the library',
  text: 'Name, range, source, paper and licence of every table.',
  input: z.strictObject({ name: z.string().meta({ description: 'Only names that contain this' }).optional() }),
  run: (i) => ({ materials: MATERIALS.filter((m) => m.name.toLowerCase().includes((i.name ?? '').toLowerCase())) }),
  table: {
    write: {
      materials: ({ materials: m }) => ({
        name: m.map((v) => v.name),
        fromNm: m.map((v) => v.fromNm),
        toNm: m.map((v) => v.toNm),
        description: m.map((v) => v.description),
        source: m.map((v) => v.source),
        licence: m.map((v) => v.licence),
      }),
    },
  },
  example: { name: 'SiO2' },
});

const mixture = define({
  path: 'optics/mixture',
  title: 'Effective medium of two permittivities',
  text: 'Bruggeman or Maxwell Garnett from complex permittivities.',
  input: z.strictObject({
    rule: oneOf(['bruggeman', 'maxwell-garnett'], 'Default bruggeman').optional(),
    hostRe: numbers('Re ε of the host'),
    hostIm: numbers('Im ε of the host', { lowest: 0 }),
    guestRe: numbers('Re ε of the guest'),
    guestIm: numbers('Im ε of the guest', { lowest: 0 }),
    fraction: share('Volume fraction of the guest'),
  }),
  relations: { sameLength: [['hostRe', 'hostIm', 'guestRe', 'guestIm']] },
  run: (i) => {
    const complex = (re: number[], im: number[]) => ({ re: Float64Array.from(re), im: Float64Array.from(im) });
    return {
      epsilon: effectiveMedium(i.rule ?? 'bruggeman', complex(i.hostRe, i.hostIm), complex(i.guestRe, i.guestIm), i.fraction),
    };
  },
  example: { hostRe: [2.1], hostIm: [0], guestRe: [1], guestIm: [0], fraction: 0.3 },
});

export const functions = [film, material, library, mixture, ...gratingFunctions, ...crossedFunctions];
