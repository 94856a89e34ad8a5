import type { ChartVersionView } from '@/lib/services/spc/views/chart-model';
import type { LimitsSource } from '@/lib/spc';
import { limitText } from '@/lib/ui/charts/control-limits.prepare';
import { ruleName } from '@/lib/ui/charts/rules';
import { dispersionOf, LIMIT_FIELDS, limitLine, locationOf, ruleLines, shownDecimals } from './limit-lines';

/** The planned version; undefined where there is none. */
export const plannedAfter = (
  versions: readonly ChartVersionView[],
  current: ChartVersionView | undefined,
): ChartVersionView | undefined => versions.findLast((v) => current !== undefined && v.effectiveMs > current.effectiveMs);

/** What a planned version would change, one item per line. */
export function plannedDifference(now: ChartVersionView, planned: ChartVersionView, unit: string): string[] {
  const d = shownDecimals(now);
  const said = (y: number | null, source: LimitsSource): string | null =>
    y === null ? null : limitText(y, source === 'given', d);
  const lines = (of: '' | 'Dispersion ', limits: typeof locationOf, source: 'limitsSource' | 'dispSource'): string[] =>
    LIMIT_FIELDS.flatMap((k) => {
      const [from, to] = [limits(now)[k], limits(planned)[k]];
      return from === to ? [] : [limitLine(of, k, said(from, now[source]) ?? 'none', said(to, planned[source]), unit)];
    });
  const out = [
    ...(planned.cl === null && now.cl !== null
      ? [`Limits: dropped; a new baseline of ${planned.baselineN} points is collected`]
      : [...lines('', locationOf, 'limitsSource'), ...lines('Dispersion ', dispersionOf, 'dispSource')]),
    ...ruleLines(now.rules, planned.rules, ruleName),
  ];
  return out.length === 0 ? ['nothing beside the beginning of a phase'] : out;
}
