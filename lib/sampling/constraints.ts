import { AppError } from '@/lib/errors';

/** What a plan may look like. Indices are rows of the candidate matrix. */
export interface PlanConstraints {
  /** Sites that stay in the plan, and sites that must not be used. */
  readonly keep?: readonly number[];
  readonly forbidden?: readonly number[];
  /** Group of each candidate (its field), and the most sites a group may get. */
  readonly groups?: readonly (string | number)[];
  readonly maxPerGroup?: number;
  /** Positions in mm and the least distance between two sites. */
  readonly positions?: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> };
  /** mm. */
  readonly minDistance?: number;
}

/** Tells whether a set with one site replaced (or added) keeps the constraints. */
export class Rules {
  private readonly forbidden: Set<number>;
  readonly keep: readonly number[];
  constructor(
    private readonly c: PlanConstraints,
    n: number,
  ) {
    this.forbidden = new Set(c.forbidden ?? []);
    this.keep = c.keep ?? [];
    for (const i of [...this.keep, ...this.forbidden])
      if (!Number.isInteger(i) || i < 0 || i >= n)
        throw new AppError('invalid_input', `site ${i} is not one of the ${n} candidates`, { site: i });
    const both = this.keep.find((i) => this.forbidden.has(i));
    if (both !== undefined)
      throw new AppError('invalid_input', `keep: site ${both} is forbidden, too; leave it out of one of the lists`, {
        field: 'keep',
        site: both,
      });
    const twice = this.keep.find((i, k) => this.keep.indexOf(i) !== k);
    if (twice !== undefined)
      throw new AppError('invalid_input', `keep: site ${twice} is given twice; give each once`, {
        field: 'keep',
        site: twice,
      });
    this.keep.forEach((i, k) => {
      if (!this.allows(i, this.keep.slice(0, k)))
        throw new AppError(
          'invalid_input',
          `keep: site ${i} breaks a limit of the plan (least distance, sites a group) beside those kept before it; leave one out, or widen the limit`,
          { field: 'keep', site: i },
        );
    });
    if (c.minDistance !== undefined && !c.positions)
      throw new AppError('invalid_input', 'a least distance needs positions', { field: 'positions' });
    if (c.maxPerGroup !== undefined && !c.groups)
      throw new AppError('invalid_input', 'a limit per group needs groups', { field: 'groups' });
  }

  allows(site: number, others: readonly number[], without = -1): boolean {
    if (this.forbidden.has(site)) return false;
    const { groups, maxPerGroup, positions, minDistance } = this.c;
    let same = 1;
    for (const o of others) {
      if (o === without) continue;
      if (o === site) return false;
      if (groups && maxPerGroup !== undefined && groups[o] === groups[site] && ++same > maxPerGroup) return false;
      if (
        positions &&
        minDistance !== undefined &&
        Math.hypot(positions.x[o]! - positions.x[site]!, positions.y[o]! - positions.y[site]!) < minDistance - 1e-9
      )
        return false;
    }
    return true;
  }
}
