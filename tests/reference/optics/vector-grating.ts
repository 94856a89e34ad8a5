import type { Complex } from '@/lib/numerics';
import {
  type CrossedGrating,
  convergedCrossed,
  crossedUnknowns,
  type Incidence,
  radians,
  solveConical,
  solveCrossed,
  type VectorDiffraction,
} from '@/lib/optics';
import { has, num, obj, objects, str, vec } from '../read';
import type { Input, Mismatch, ReferenceCase, ReferenceMethod } from '../types';
import { gratingAt } from './line-grating';
import { Checker, indexOf } from './read';

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
/** The files factorise both fields on profiles along y. */
const FACTORISED_ON = 'y';
/** Largest eigenproblem that a comparison at equal M may take: half a second. */
const LARGEST_SEQUENCE_SIZE = 250;

/** The grating of condition number `k`: arrays of optical constants run along the conditions. */
function crossedGrating(input: Input, k: number): CrossedGrating {
  const materials = obj(input, 'materials');
  const conditions = objects(input, 'conditions').length;
  const index = (name: string): Complex => {
    const n = indexOf(obj(materials, name), conditions);
    return { re: n.re[k]!, im: n.im[k]! };
  };
  const [px, py] = vec(input, 'period_nm');
  return {
    periodsNm: [px!, py!],
    superstrate: has(input, 'superstrate_n') ? { re: num(input, 'superstrate_n'), im: 0 } : index(str(input, 'superstrate')),
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

/**
 * The product's own limit of the order sweep within `error_estimate`; printed tables within `published_abs`; where the file says how exactly the values at
 * equal M are defined, those too.
 */
function checkCrossed({ input, expected, tolerance }: ReferenceCase): Mismatch[] {
  const out = new Checker();
  for (const [k, e] of objects(expected, 'results').entries()) {
    const grating = crossedGrating(input, k);
    const wavelengthNm = num(e, 'wavelength_nm');
    const incidence: Incidence = { angleRad: radians(num(e, 'angle_deg')), azimuthRad: radians(num(e, 'azimuth_deg')) };
    const limit = convergedCrossed(grating, wavelengthNm, incidence, { tolerance: CROSSED_TOLERANCE });
    const position = (order: string): number => positionIn(limit.orders, order);
    const want = obj(e, 'largest_M');
    const given = obj(e, 'error_estimate');
    checkJones(out, `${k}.limit`, limit, obj(want, 'jones'), num(given, 'jones'));
    checkOrders(out, `${k}.limit`, limit, want, { R: num(given, 'R'), T: num(given, 'T') }, position);
    const sequence = tolerance['sequence_abs'];
    if (typeof sequence === 'number') checkSequence(out, k, e, grating, incidence, sequence);
    if (has(expected, 'published'))
      checkPublished(out, limit, obj(expected, 'published'), tolerance['published_abs'] as number, position);
  }
  return out.out;
}

const positionIn = (orders: readonly (readonly [number, number])[], order: string): number => {
  const [x, y] = order.split(',').map(Number);
  return orders.findIndex(([a, b]) => a === x && b === y);
};

/** Values at equal M, where the file says how exactly they are defined by the factorisation. */
function checkSequence(out: Checker, k: number, e: Input, grating: CrossedGrating, incidence: Incidence, limit: number): void {
  const unknowns = crossedUnknowns(grating, incidence);
  for (const row of objects(e, 'sequence_R0')) {
    const m = num(row, 'M');
    if (unknowns(m) > LARGEST_SEQUENCE_SIZE) continue;
    const got = solveCrossed(grating, num(e, 'wavelength_nm'), incidence, [m, m], FACTORISED_ON);
    const zero = positionIn(got.orders, '0,0');
    for (const p of ['TE', 'TM'] as const) out.value(`${k}.sequence.M=${m}.${p}`, got[p].reflected[zero], num(row, p), limit);
  }
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
