import type { ChartVersionView } from '@/lib/services/spc/views/chart';
import { limitText } from '@/lib/ui/charts/control-limits.prepare';
import { ruleName } from '@/lib/ui/charts/rules';
import { decimalsFor } from '@/lib/ui/format';

/** The version that is still to begin; undefined where none is planned. */
export const plannedAfter = (
  versions: readonly ChartVersionView[],
  current: ChartVersionView | undefined,
): ChartVersionView | undefined => versions.findLast((v) => current !== undefined && v.effectiveMs > current.effectiveMs);

const LIMITS = [
  ['LCL', 'lcl'],
  ['CL', 'cl'],
  ['UCL', 'ucl'],
  ['Dispersion LCL', 'dispLcl'],
  ['Dispersion CL', 'dispCl'],
  ['Dispersion UCL', 'dispUcl'],
] as const;

/** What a planned version would change, a line each. */
export function plannedDifference(now: ChartVersionView, planned: ChartVersionView, unit: string): string[] {
  const d = decimalsFor(now.ucl !== null && now.lcl !== null ? (now.ucl - now.lcl) / 60 : null);
  const said = (v: ChartVersionView, key: (typeof LIMITS)[number][1]): string => {
    const source = key.startsWith('disp') ? v.dispSource : v.limitsSource;
    return v[key] === null ? 'none' : limitText(v[key], source === 'given', d);
  };
  const lines =
    planned.cl === null && now.cl !== null
      ? [`a new baseline of ${planned.baselineN} points`]
      : LIMITS.flatMap(([name, key]) =>
          now[key] === planned[key]
            ? []
            : [`${name} ${said(now, key)} → ${said(planned, key)}${planned[key] === null ? '' : ` ${unit}`}`],
        );
  const rules = (list: readonly number[], other: readonly number[], word: string): string[] =>
    list.filter((r) => !other.includes(r)).map((r) => `${word} ${ruleName(r)}`);
  lines.push(...rules(planned.rules, now.rules, 'adds'), ...rules(now.rules, planned.rules, 'removes'));
  return lines.length === 0 ? ['nothing beside the beginning of a phase'] : lines;
}
