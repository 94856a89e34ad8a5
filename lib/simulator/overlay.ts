import { AppError } from '@/lib/errors';
import type { Rng } from '@/lib/numerics';
import { fitOverlay } from '@/lib/overlay';
import { fieldSampler } from './field';
import { keyed } from './random';
import { FIELD, sitePlan, WAFER_RADIUS } from './sites';
import { OVERLAY_TERMS, type OverlaySpec } from './spec';
import type { SitePlanDefinition } from './types';

// Powers (u, v) of the field terms beyond what the grid corrects: linear to third order in field coordinates.
const FIELD_POWERS = [
  [1, 0],
  [0, 1],
  [2, 0],
  [1, 1],
  [0, 2],
  [3, 0],
  [2, 1],
  [1, 2],
  [0, 3],
] as const;
const GRID_POWERS = [
  [2, 0],
  [1, 1],
  [0, 2],
  [3, 0],
  [2, 1],
  [1, 2],
  [0, 3],
] as const;

interface Pair {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Overlay of a wafer: six grid terms at the field centres (what the scanner corrects), a field signature from reticle and
 * chuck lens, a higher-order grid from the chuck, a correlated random part and mark noise:
 * dx = tx + mx·Xc + rx·Yc + field + grid + random, dy = ty + my·Yc + ry·Xc + ... ; nm, mm, ppm, µrad (the terms of lib/overlay).
 * @reference J. D. Armitage & J. P. Kirk, Proc. SPIE 921 (1988) 207 (grid and field terms).
 */
export class OverlayModel {
  readonly plan: SitePlanDefinition;
  private readonly n: number;
  private readonly xc: Float64Array;
  private readonly yc: Float64Array;
  private readonly sample: (rng: Rng, out: Float64Array) => void;
  private readonly fixed = new Map<string, Pair>();

  constructor(
    private readonly seed: number,
    private readonly spec: OverlaySpec,
  ) {
    this.plan = sitePlan(spec.plan);
    const { column = [], row = [], x, y } = this.plan;
    this.n = x.length;
    this.xc = Float64Array.from(column, (c) => c * FIELD.width);
    this.yc = Float64Array.from(row, (r) => r * FIELD.height);
    this.sample = fieldSampler(x, y, spec.randomLengthMm);
  }

  private signature(tool: string, chuck: string, product: string): Pair {
    const id = `${tool}|${chuck}|${product}`;
    const known = this.fixed.get(id);
    if (known) return known;
    const x = new Float64Array(this.n);
    const y = new Float64Array(this.n);
    const fx = this.plan.fx ?? [];
    const fy = this.plan.fy ?? [];
    const add = (
      rng: Rng,
      out: Float64Array,
      powers: readonly (readonly [number, number])[],
      sigma: number,
      inField: boolean,
    ): void => {
      for (const [p, q] of powers) {
        const a = (sigma * rng.normal()) / Math.sqrt(powers.length / 3);
        for (let i = 0; i < this.n; i++) {
          const u = inField ? fx[i]! / (FIELD.width / 2) : this.xc[i]! / WAFER_RADIUS;
          const v = inField ? fy[i]! / (FIELD.height / 2) : this.yc[i]! / WAFER_RADIUS;
          out[i]! += a * u ** p * v ** q;
        }
      }
    };
    for (const [axis, out] of [
      ['x', x],
      ['y', y],
    ] as const) {
      add(keyed(this.seed, 'reticle', product, axis), out, FIELD_POWERS, this.spec.fieldSigma, true);
      add(keyed(this.seed, 'lens', tool, chuck, axis), out, FIELD_POWERS, this.spec.chuckFieldSigma, true);
      add(keyed(this.seed, 'grid', tool, chuck, axis), out, GRID_POWERS, this.spec.gridSigma, false);
    }
    const made = { x, y };
    this.fixed.set(id, made);
    return made;
  }

  /**
   * Overlay of one wafer as measured.
   * @param terms - tx, ty (nm), mx, my (ppm), rx, ry (µrad): disturbance plus applied correction.
   * @param offset - station offset in x and y, nm.
   */
  wafer(
    tool: string,
    chuck: string,
    product: string,
    terms: ArrayLike<number>,
    offset: readonly [number, number],
    rng: Rng,
  ): Pair {
    const fixed = this.signature(tool, chuck, product);
    const x = new Float64Array(this.n);
    const y = new Float64Array(this.n);
    this.sample(rng, x);
    this.sample(rng, y);
    const { randomSigma, markNoise } = this.spec;
    for (let i = 0; i < this.n; i++) {
      const X = this.xc[i]!;
      const Y = this.yc[i]!;
      x[i] = terms[0]! + terms[2]! * X + terms[4]! * Y + fixed.x[i]! + randomSigma * x[i]! + markNoise * rng.normal() + offset[0];
      y[i] = terms[1]! + terms[3]! * Y + terms[5]! * X + fixed.y[i]! + randomSigma * y[i]! + markNoise * rng.normal() + offset[1];
    }
    return { x, y };
  }

  /** Grid terms of a measured wafer in the order of `OVERLAY_TERMS`, by the ten-parameter fit of lib/overlay. */
  fit(d: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }): number[] {
    const { fx = [], fy = [] } = this.plan;
    const { coefficients } = fitOverlay({ fieldX: this.xc, fieldY: this.yc, x: fx, y: fy, dx: d.x, dy: d.y });
    return OVERLAY_TERMS.map(([id]) => {
      const v = coefficients[id];
      if (v === undefined) throw new AppError('internal', `plan ${this.plan.plan} does not determine ${id}`, { term: id });
      return v;
    });
  }
}
