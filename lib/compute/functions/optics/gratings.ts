import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { incidenceDeg, indexIn, numbers, oneOf, positive, whole } from '@/lib/formats/compute';
import {
  chooseConicalTruncation,
  chooseTruncation,
  convergedLineGrating,
  type GratingLayer,
  type LineGrating,
  muellerFromJones,
  psiDelta,
  radians,
  solveConical,
  solveLineGrating,
} from '@/lib/optics';
import { define, given, type Report } from '../../define';
import { at, indexOf } from './index-of-refraction';

const structureIn = {
  wavelengthNm: numbers('Vacuum wavelengths, nm', { lowest: 1e-3, max: 10_000 }),
  angleDeg: incidenceDeg.meta({ description: 'Angle of incidence from the normal, degrees; default 0' }).optional(),
  periodNm: positive('Pitch, nm'),
  superstrate: indexIn.optional(),
  substrate: indexIn,
  layers: z
    .array(
      z.strictObject({
        thicknessNm: z.number().min(0).meta({ description: 'Thickness, nm' }),
        background: indexIn,
        segments: z
          .array(z.strictObject({ x0Nm: z.number(), x1Nm: z.number(), material: indexIn }))
          .max(100)
          .meta({ description: 'Bars from x0Nm to x1Nm; empty for a uniform layer' }),
      }),
    )
    .max(500)
    .meta({ description: 'Layers from top to bottom' }),
};
const gratingIn = {
  ...structureIn,
  truncation: whole(0, 400, 'M of 2M + 1 harmonics; without it an order sweep at the shortest wavelength decides').optional(),
  tolerance: z
    .number()
    .gt(0)
    .max(0.5)
    .meta({ description: 'Error of an amplitude or efficiency that the sweep may leave' })
    .optional(),
};
type StructureIn = z.output<z.ZodObject<typeof structureIn>>;
type GratingIn = z.output<z.ZodObject<typeof gratingIn>>;
/** The tolerance belongs to the sweep that chooses the truncation. */
const relations = { oneOf: [{ fields: ['truncation', 'tolerance'] }] };

/** The grating at each wavelength. */
function gratingsOf(i: StructureIn): LineGrating[] {
  const w = i.wavelengthNm;
  const superstrate = indexOf(i.superstrate ?? { kind: 'constant', n: 1, k: 0 }, w, 'superstrate');
  const substrate = indexOf(i.substrate, w, 'substrate');
  const layers = i.layers.map((l, k) => ({
    thicknessNm: l.thicknessNm,
    background: indexOf(l.background, w, `layers.${k}.background`),
    segments: l.segments.map((s, j) => ({
      x0Nm: s.x0Nm,
      x1Nm: s.x1Nm,
      index: indexOf(s.material, w, `layers.${k}.segments.${j}.material`),
    })),
  }));
  return w.map((_, n) => ({
    periodNm: i.periodNm,
    superstrate: at(superstrate, n),
    substrate: at(substrate, n),
    layers: layers.map(
      (l): GratingLayer => ({
        thicknessNm: l.thicknessNm,
        background: at(l.background, n),
        segments: l.segments.map((s) => ({ x0Nm: s.x0Nm, x1Nm: s.x1Nm, index: at(s.index, n) })),
      }),
    ),
  }));
}

/** The grating at the shortest wavelength, which needs the most harmonics. */
function hardest(i: GratingIn, gratings: readonly LineGrating[]) {
  const n = i.wavelengthNm.indexOf(Math.min(...i.wavelengthNm));
  return [{ grating: gratings[n]!, wavelengthNm: i.wavelengthNm[n]! }];
}

/** Efficiencies of the orders that carry power somewhere in the spectrum, [order][wavelength]. */
function orders(
  rows: readonly { truncation: number; values: Float64Array }[],
  index: readonly number[],
): Record<string, number[]> {
  return Object.fromEntries(
    index
      .map((m) => [String(m), rows.map((r) => r.values[m + r.truncation] ?? Number.NaN)])
      .filter(([, v]) => (v as number[]).some((x) => x > 0)),
  );
}

const zero = (found: readonly { truncation: number; r: { re: Float64Array; im: Float64Array } }[]) => ({
  re: Float64Array.from(found, (f) => f.r.re[f.truncation]!),
  im: Float64Array.from(found, (f) => f.r.im[f.truncation]!),
});

/** All wavelengths of one polarisation, with progress. */
const sweep = <T>(i: GratingIn, report: Report, offset: number, total: number, solve: (n: number) => T): T[] =>
  i.wavelengthNm.map((_, n) => {
    report(offset + n, total);
    return solve(n);
  });

const EXAMPLE = {
  wavelengthNm: [500],
  angleDeg: 20,
  periodNm: 800,
  substrate: { kind: 'constant', n: 1.5, k: 0 },
  layers: [
    {
      thicknessNm: 300,
      background: { kind: 'constant', n: 1, k: 0 },
      segments: [{ x0Nm: -200, x1Nm: 200, material: { kind: 'constant', n: 1.5, k: 0 } }],
    },
  ],
} as const;
const structure = () => structuredClone(EXAMPLE) as unknown as z.input<z.ZodObject<typeof structureIn>>;
const example = () => ({ ...structure(), truncation: 15 });

/** An order that carries power at some wavelengths has none where it is evanescent. */
const EVANESCENT = ['TE', 'TM'].flatMap((p) => [`${p}.reflected`, `${p}.transmitted`]);

const line = define({
  path: 'optics/grating',
  title: 'Line grating: diffraction of TE and TM (RCWA)',
  text: 'Rigorous coupled waves with Li’s factorisation and a stable admittance recursion; amplitude of the zero order (E_y in TE, H_y in TM), Ψ and Δ, efficiencies of every propagating order. The truncation of an order sweep comes with its certificate.',
  input: z.strictObject(gratingIn),
  relations,
  // the first rows of a sweep have no predecessor to differ from
  gaps: [...EVANESCENT, 'certificate.sweep.*.change', 'certificate.sweep.*.errorEstimate'],
  isLong: true,
  run: (i, report) => {
    const gratings = gratingsOf(i);
    const angle = radians(i.angleDeg ?? 0);
    const certificate =
      i.truncation === undefined
        ? chooseTruncation(hardest(i, gratings), angle, ['TE', 'TM'], given({ tolerance: i.tolerance }))
        : null;
    const truncation = i.truncation ?? certificate!.truncation;
    const w = i.wavelengthNm;
    const of = (p: 'TE' | 'TM', offset: number) =>
      sweep(i, report, offset, 2 * w.length, (n) => solveLineGrating(gratings[n]!, w[n]!, angle, p, truncation));
    const [te, tm] = [of('TE', 0), of('TM', w.length)];
    const index = Array.from({ length: 2 * truncation + 1 }, (_, k) => k - truncation);
    const side = (found: typeof te) => ({
      r0: zero(found),
      reflected: orders(
        found.map((f) => ({ truncation: f.truncation, values: f.reflected })),
        index,
      ),
      transmitted: orders(
        found.map((f) => ({ truncation: f.truncation, values: f.transmitted })),
        index,
      ),
    });
    const { sweep: steps, ...rest } = certificate ?? { sweep: [] };
    return {
      wavelengthNm: w,
      truncation,
      certificate: certificate && { ...rest, sweep: steps.map(({ values: _, ...s }) => s) },
      TE: side(te),
      TM: side(tm),
      ...psiDelta(zero(tm), zero(te)),
    };
  },
  table: {
    columns: [{ name: 'wavelengthNm' }],
    write: {
      spectrum: (r) => ({
        wavelengthNm: r.wavelengthNm,
        R0s: r.TE.reflected['0'] ?? r.wavelengthNm.map(() => Number.NaN),
        R0p: r.TM.reflected['0'] ?? r.wavelengthNm.map(() => Number.NaN),
        psiDeg: r.psiDeg,
        deltaDeg: r.deltaDeg,
      }),
    },
  },
  get example() {
    return example();
  },
});

const conical = define({
  path: 'optics/conical',
  title: 'Line grating in any azimuth (conical diffraction)',
  text: 'Jones matrix of the zero order, its Mueller matrix, and efficiencies of every propagating order for TE and TM incidence.',
  input: z.strictObject({
    ...gratingIn,
    azimuthDeg: z.number().meta({ description: 'Azimuth of the plane of incidence, degrees; 0 is across the lines' }),
  }),
  relations,
  gaps: EVANESCENT,
  isLong: true,
  run: (i, report) => {
    const gratings = gratingsOf(i);
    const incidence = { angleRad: radians(i.angleDeg ?? 0), azimuthRad: radians(i.azimuthDeg) };
    const truncation =
      i.truncation ?? chooseConicalTruncation(hardest(i, gratings), incidence, given({ tolerance: i.tolerance })).truncation;
    const found = sweep(i, report, 0, i.wavelengthNm.length, (n) =>
      solveConical(gratings[n]!, i.wavelengthNm[n]!, incidence, truncation),
    );
    const index = Array.from({ length: 2 * truncation + 1 }, (_, k) => k - truncation);
    const side = (p: 'TE' | 'TM') => ({
      reflected: orders(
        found.map((f) => ({ truncation, values: f[p].reflected })),
        index,
      ),
      transmitted: orders(
        found.map((f) => ({ truncation, values: f[p].transmitted })),
        index,
      ),
    });
    return {
      wavelengthNm: i.wavelengthNm,
      truncation,
      jones: found.map((f) => f.jones),
      mueller: found.map((f) => muellerFromJones(f.jones)),
      TE: side('TE'),
      TM: side('TM'),
    };
  },
  table: { columns: [{ name: 'wavelengthNm' }] },
  get example() {
    return { ...example(), azimuthDeg: 30 };
  },
});

const converged = define({
  path: 'optics/grating-converged',
  title: 'Line grating without Fourier truncation',
  text: 'Modal solver on spectral elements, slower than the harmonics and independent of them: the converged value at one wavelength with its error estimate.',
  input: z.strictObject({
    ...structureIn,
    polarisation: oneOf(['TE', 'TM'], 'Polarisation'),
    orders: whole(0, 50, 'Highest order reported; default 5, or twice what propagates').optional(),
  }),
  gaps: ['reflected', 'transmitted'], // an evanescent order carries no power
  isLong: true,
  run: (i) => {
    if (i.wavelengthNm.length !== 1)
      throw new AppError('invalid_input', `wavelengthNm: has ${i.wavelengthNm.length} values; give one`, {
        field: 'wavelengthNm',
      });
    return convergedLineGrating(
      gratingsOf(i)[0]!,
      i.wavelengthNm[0]!,
      radians(i.angleDeg ?? 0),
      i.polarisation,
      given({ orders: i.orders }),
    );
  },
  get example() {
    return { ...structure(), polarisation: 'TM' as const, orders: 1 };
  },
});

export const gratingFunctions = [line, conical, converged];
