import { alarmsOf, comparedAlarms } from '../alarms';
import { type JudgedViolation, judge } from '../kinds/judge';
import type { ChartKind } from '../kinds/kinds';
import type { Phase, RawPoint } from '../kinds/phase';

/** An alarm, by the index of the point that ends it. */
export interface Alarm {
  readonly end: number;
  readonly start: number;
  readonly rule: number;
}

/** Alarms of two versions of a chart over the same points. */
export interface VersionComparison {
  readonly now: readonly Alarm[];
  readonly proposed: readonly Alarm[];
  readonly won: readonly Alarm[];
  readonly lost: readonly Alarm[];
}

const alarmOf = (v: JudgedViolation): Alarm => ({ end: v.end, start: v.members[0]!, rule: v.rule });

/** Alarms of points judged by one version from the first of them on; warnings are none. */
export function alarmsUnder(kind: ChartKind, phase: Phase, points: readonly RawPoint[]): Alarm[] {
  const { violations } = judge(kind, [{ ...phase, effectiveFrom: 0 }], points, null);
  return alarmsOf(violations.filter((v) => v.severity !== 'warning').map(alarmOf));
}

/**
 * What another version would have changed: both judge all points by the code that judges live ones, and an alarm that shares a point with one of the other side is kept.
 * @param points - in process order.
 */
export function compareVersions(kind: ChartKind, now: Phase, proposed: Phase, points: readonly RawPoint[]): VersionComparison {
  const [a, b] = [alarmsUnder(kind, now, points), alarmsUnder(kind, proposed, points)];
  const { won, lost } = comparedAlarms(a, b);
  return { now: a, proposed: b, won, lost };
}
