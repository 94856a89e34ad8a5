import { AppError } from '@/lib/errors';
import type { SitePlanDefinition } from './types';

/** Wafer radius and radius of the outermost site (3 mm edge exclusion and half a spot), mm. */
export const WAFER_RADIUS = 150;
export const OUTER_SITE = 146;
/** Exposure field, mm. */
export const FIELD = { width: 26, height: 33 } as const;

const round3 = (v: number): number => Math.round(v * 1000) / 1000 + 0;

function rings(plan: string, counts: readonly (readonly [count: number, radius: number])[]): SitePlanDefinition {
  const x: number[] = [];
  const y: number[] = [];
  for (const [count, radius] of counts) {
    for (let i = 0; i < count; i++) {
      const angle = (2 * Math.PI * i) / count;
      x.push(round3(radius * Math.cos(angle)));
      y.push(round3(radius * Math.sin(angle)));
    }
  }
  return { plan, x, y };
}

/** Sampled fields: every other full field of a 26 mm × 33 mm grid, 25 of the 57 that lie inside 147 mm. */
const FIELDS: readonly (readonly [column: number, row: number])[] = [
  ...[-4, -2, 0, 2, 4].map((c) => [c, 0] as const),
  ...[-1, 1].flatMap((r) => [-3, -1, 1, 3].map((c) => [c, r] as const)),
  ...[-2, 2].flatMap((r) => [-4, -2, 2, 4].map((c) => [c, r] as const)),
  ...[-3, 3].flatMap((r) => [-1, 1].map((c) => [c, r] as const)),
];
const MARK_X = [-12, -4, 4, 12] as const;
const MARK_Y = [-15, -7.5, 0, 7.5, 15] as const;

function markPlan(plan: string): SitePlanDefinition {
  const p = {
    x: [] as number[],
    y: [] as number[],
    column: [] as number[],
    row: [] as number[],
    fx: [] as number[],
    fy: [] as number[],
  };
  for (const [column, row] of FIELDS) {
    for (const fy of MARK_Y) {
      for (const fx of MARK_X) {
        p.column.push(column);
        p.row.push(row);
        p.fx.push(fx);
        p.fy.push(fy);
        p.x.push(column * FIELD.width + fx);
        p.y.push(row * FIELD.height + fy);
      }
    }
  }
  return { plan, ...p };
}

/** Site plans: 49, 13 and 9 sites on rings, and 25 fields × 20 overlay marks. Wafer frame, mm. */
export const SITE_PLANS: readonly SitePlanDefinition[] = [
  rings('F49', [
    [1, 0],
    [8, 49],
    [16, 98],
    [24, OUTER_SITE],
  ]),
  rings('F13', [
    [1, 0],
    [4, 73],
    [8, OUTER_SITE],
  ]),
  rings('F9', [
    [1, 0],
    [8, 110],
  ]),
  markPlan('OVL500'),
];

/** Plan by name. @throws AppError `not_found`: use one of `SITE_PLANS`. */
export function sitePlan(name: string): SitePlanDefinition {
  const plan = SITE_PLANS.find((p) => p.plan === name);
  if (!plan) throw new AppError('not_found', `no site plan '${name}'; known are ${SITE_PLANS.map((p) => p.plan).join(', ')}`);
  return plan;
}
