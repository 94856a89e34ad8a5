import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { incidenceDeg, indexIn, numbers, positive, whole } from '@/lib/formats/compute';
import {
  type CrossedDiffraction,
  type CrossedGrating,
  type CrossedLimit,
  convergedCrossed,
  muellerFromJones,
  type OrderEfficiencies,
  radians,
  solveCrossed,
} from '@/lib/optics';
import { define, given } from '../../define';
import { at, indexOf } from './index-of-refraction';

const constant = (n: number) => ({ kind: 'constant' as const, n, k: 0 });

interface Rectangle {
  readonly centreXNm: number;
  readonly centreYNm: number;
  readonly widthXNm: number;
  readonly widthYNm: number;
}

/** Share of the period by which sides that touch may overlap through rounding. */
const TOUCHING = 1e-9;

/**
 * @throws AppError `invalid_input` for two rectangles that share area, in this cell or over its border: which index holds there would be arbitrary.
 */
function refuseOverlap(list: readonly Rectangle[], [px, py]: readonly [number, number], field: string): void {
  const apart = (a: number, b: number, period: number): number => Math.abs(a - b - period * Math.round((a - b) / period));
  list.forEach((a, j) => {
    for (let i = 0; i < j; i++) {
      const b = list[i]!;
      const inX = (a.widthXNm + b.widthXNm) / 2 - apart(a.centreXNm, b.centreXNm, px);
      const inY = (a.widthYNm + b.widthYNm) / 2 - apart(a.centreYNm, b.centreYNm, py);
      if (inX > TOUCHING * px && inY > TOUCHING * py)
        throw new AppError(
          'invalid_input',
          `${field}.${j}: overlaps rectangle ${i} by ${inX.toPrecision(3)} × ${inY.toPrecision(3)} nm; cut them so that each place has one material`,
          { field: `${field}.${j}` },
        );
    }
  });
}

const crossed = define({
  path: 'optics/crossed',
  title: 'Crossed grating: contact holes, pillars (2-D RCWA)',
  text: 'Jones and Mueller matrix of the zero order and efficiencies of every propagating order (m, n); at fixed truncation, or the limit of an order sweep with its certificate.',
  input: z.strictObject({
    wavelengthNm: numbers('Vacuum wavelengths, nm', { lowest: 1e-3, max: 1000 }),
    angleDeg: incidenceDeg.meta({ description: 'Angle of incidence, degrees; default 0' }).optional(),
    azimuthDeg: z.number().meta({ description: 'Azimuth, degrees; default 0' }).optional(),
    periodXNm: positive('Period in x, nm'),
    periodYNm: positive('Period in y, nm'),
    superstrate: indexIn.optional(),
    substrate: indexIn,
    layers: z
      .array(
        z.strictObject({
          thicknessNm: z.number().min(0),
          background: indexIn,
          rectangles: z.array(
            z.strictObject({
              centreXNm: z.number(),
              centreYNm: z.number(),
              widthXNm: z.number().positive(),
              widthYNm: z.number().positive(),
              material: indexIn,
            }),
          ),
        }),
      )
      .max(100)
      .meta({ description: 'Layers from top to bottom; later rectangles must not overlap earlier ones' }),
    truncation: whole(0, 20, 'M of (2M + 1)² harmonics; without it an order sweep is extrapolated').optional(),
    tolerance: z.number().gt(0).max(0.5).meta({ description: 'Error that the sweep may leave; default 1e-3' }).optional(),
    maxUnknowns: whole(10, 3000, 'Largest eigenproblem of the sweep').optional(),
  }),
  // both belong to the sweep that chooses the truncation
  relations: { oneOf: [{ fields: ['truncation', 'tolerance'] }, { fields: ['truncation', 'maxUnknowns'] }] },
  // the first rows of a sweep have no predecessor to differ from
  gaps: ['results.*.certificate.sweep.*.change', 'results.*.certificate.sweep.*.errorEstimate'],
  isLong: true,
  run: (i, report) => {
    const w = i.wavelengthNm;
    i.layers.forEach((l, k) => {
      refuseOverlap(l.rectangles, [i.periodXNm, i.periodYNm], `layers.${k}.rectangles`);
    });
    const incidence = { angleRad: radians(i.angleDeg ?? 0), azimuthRad: radians(i.azimuthDeg ?? 0) };
    const superstrate = indexOf(i.superstrate ?? constant(1), w, 'superstrate');
    const substrate = indexOf(i.substrate, w, 'substrate');
    const layers = i.layers.map((l, k) => ({
      thicknessNm: l.thicknessNm,
      background: indexOf(l.background, w, `layers.${k}.background`),
      rectangles: l.rectangles.map(({ material, ...r }, j) => ({
        ...r,
        index: indexOf(material, w, `layers.${k}.rectangles.${j}.material`),
      })),
    }));
    const grating = (n: number): CrossedGrating => ({
      periodsNm: [i.periodXNm, i.periodYNm],
      superstrate: at(superstrate, n),
      substrate: at(substrate, n),
      layers: layers.map((l) => ({
        thicknessNm: l.thicknessNm,
        background: at(l.background, n),
        rectangles: l.rectangles.map((r) => ({ ...r, index: at(r.index, n) })),
      })),
    });
    const found = w.map((wavelength, n) => {
      report(n, w.length);
      const r: CrossedLimit | CrossedDiffraction =
        i.truncation === undefined
          ? convergedCrossed(grating(n), wavelength, incidence, given({ tolerance: i.tolerance, maxUnknowns: i.maxUnknowns }))
          : solveCrossed(grating(n), wavelength, incidence, [i.truncation, i.truncation]);
      const side = (e: OrderEfficiencies) =>
        Object.fromEntries(
          (['reflected', 'transmitted'] as const).map((s) => [
            s,
            Object.fromEntries(r.orders.map((o, k) => [o.join(','), e[s][k]!] as const).filter(([, v]) => v > 0)),
          ]),
        );
      const c = (r as Partial<CrossedLimit>).certificate;
      const sweep = c ? { ...c, sweep: c.sweep.map(({ values: _, ...s }) => s) } : null;
      return { jones: r.jones, mueller: muellerFromJones(r.jones), TE: side(r.TE), TM: side(r.TM), certificate: sweep };
    });
    return { wavelengthNm: w, results: found };
  },
  table: { columns: [{ name: 'wavelengthNm' }] },
  example: {
    wavelengthNm: [600],
    angleDeg: 10,
    periodXNm: 300,
    periodYNm: 300,
    substrate: constant(1.5),
    layers: [
      {
        thicknessNm: 100,
        background: constant(1),
        rectangles: [{ centreXNm: 0, centreYNm: 0, widthXNm: 150, widthYNm: 150, material: constant(2) }],
      },
    ],
    truncation: 2,
  },
});

export const crossedFunctions = [crossed];
