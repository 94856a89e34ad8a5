import type { Complex } from '@/lib/numerics';
import {
  type CrossedGrating,
  convergedCrossed,
  type Incidence,
  radians,
  solveConical,
  type VectorDiffraction,
} from '@/lib/optics';
import { has, num, obj, objects, str, vec } from '../read';
import type { Input, Mismatch, ReferenceCase, ReferenceMethod } from '../types';
import { gratingAt } from './line-grating';
import { Checker } from './read';

function checkJones(out: Checker, path: string, got: VectorDiffraction, want: Input, limit: number): void {
  for (const key of ['pp', 'ps', 'sp', 'ss'] as const) {
    const w = obj(want, key);
    out.value(`${path}.jones.${key}.re`, got.jones[key].re, num(w, 're'), limit);
    out.value(`${path}.jones.${key}.im`, got.jones[key].im, num(w, 'im'), limit);
  }
}

function checkOrders(
  out: Checker,
  path: string,
  got: VectorDiffraction,
  want: Input,
  limits: { R: number; T: number },
  position: (order: string) => number,
): void {
  for (const p of ['TE', 'TM'] as const) {
    for (const side of ['R', 'T'] as const) {
      const values = side === 'R' ? got[p].reflected : got[p].transmitted;
      for (const [order, value] of Object.entries(obj(obj(want, p), side)))
        out.value(`${path}.${p}.${side}.${order}`, values[position(order)], value, limits[side]);
    }
  }
}

function checkConical({ input, expected, tolerance }: ReferenceCase): Mismatch[] {
  const out = new Checker();
  const wavelengths = vec(input, 'wavelength_nm');
  const limit = tolerance['truncated_abs'] as number;
  for (const [k, e] of objects(expected, 'results').entries()) {
    const m = num(e, 'M');
    const i = wavelengths.indexOf(num(e, 'wavelength_nm'));
    const incidence: Incidence = { angleRad: radians(num(input, 'angle_deg')), azimuthRad: radians(num(e, 'azimuth_deg')) };
    const got = solveConical(gratingAt(input, i, wavelengths.length), wavelengths[i]!, incidence, m);
    const position = (order: string): number => Number(order) + m;
    checkJones(out, `${k}`, got, obj(e, 'jones'), limit);
    checkOrders(out, `${k}`, got, e, { R: limit, T: limit }, position);
    if (has(expected, 'published')) {
      const published = tolerance['published_abs'] as number;
      checkOrders(out, 'published', got, obj(expected, 'published'), { R: published, T: published }, position);
    }
  }
  return out.out;
}

/** Below what any case asks for: the sweeps end at the budget of unknowns. */
const CROSSED_TOLERANCE = 1e-6;

function crossedGrating(input: Input): CrossedGrating {
  const materials = obj(input, 'materials');
  const index = (name: string): Complex => ({ re: num(obj(materials, name), 'n'), im: num(obj(materials, name), 'k') });
  const [px, py] = vec(input, 'period_nm');
  return {
    periodsNm: [px!, py!],
    superstrate: { re: num(input, 'superstrate_n'), im: 0 },
    substrate: index(str(input, 'substrate')),
    layers: objects(input, 'layers').map((l) => ({
      thicknessNm: num(l, 'thickness_nm'),
      background: index(str(l, 'background')),
      rectangles: objects(l, 'rectangles').map((r) => ({
        centreXNm: num(r, 'cx_nm'),
        centreYNm: num(r, 'cy_nm'),
        widthXNm: num(r, 'width_x_nm'),
        widthYNm: num(r, 'width_y_nm'),
        index: index(str(r, 'material')),
      })),
    })),
  };
}

/** The product's own limit of the order sweep within `error_estimate`; printed tables within `published_abs`. */
function checkCrossed({ input, expected, tolerance }: ReferenceCase): Mismatch[] {
  const out = new Checker();
  const grating = crossedGrating(input);
  for (const [k, e] of objects(expected, 'results').entries()) {
    const incidence: Incidence = { angleRad: radians(num(e, 'angle_deg')), azimuthRad: radians(num(e, 'azimuth_deg')) };
    const got = convergedCrossed(grating, num(e, 'wavelength_nm'), incidence, { tolerance: CROSSED_TOLERANCE });
    const position = (order: string): number => {
      const [x, y] = order.split(',').map(Number);
      return got.orders.findIndex(([a, b]) => a === x && b === y);
    };
    const estimate = obj(e, 'error_estimate');
    const want = obj(e, 'largest_M');
    checkJones(out, `${k}`, got, obj(want, 'jones'), num(estimate, 'jones'));
    checkOrders(out, `${k}`, got, want, { R: num(estimate, 'R'), T: num(estimate, 'T') }, position);
    if (has(expected, 'published'))
      checkPublished(out, got, obj(expected, 'published'), tolerance['published_abs'] as number, position);
  }
  return out.out;
}

function checkPublished(
  out: Checker,
  got: VectorDiffraction,
  want: Input,
  limit: number,
  position: (order: string) => number,
): void {
  for (const p of ['TE', 'TM'] as const) {
    if (!has(want, p)) continue;
    for (const side of ['R', 'T'] as const) {
      if (!has(obj(want, p), side)) continue;
      for (const [order, value] of Object.entries(obj(obj(want, p), side)))
        out.value(
          `published.${p}.${side}.${order}`,
          (side === 'R' ? got[p].reflected : got[p].transmitted)[position(order)],
          value,
          limit,
        );
    }
  }
}

export const vectorGratingMethod: ReferenceMethod = {
  compute: () => null,
  compare: (_, c) => (str(c.input, 'kind') === 'conical' ? checkConical(c) : checkCrossed(c)),
};
