import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import type { ChosenPoint } from '@/lib/services/spc/views/chart-points';
import type { WhyRed } from '@/lib/services/spc/views/violations';
import { readPointKey, writePlace } from './point-key';
import { useChartPart } from './use-chart-part';

export interface Chosen {
  /** As the marks of the chart are called. */
  readonly markId: string | null;
  readonly data: SpcChartView;
  /** Index into the points of `data`; below 0 while there is none. */
  readonly index: number;
  readonly why: WhyRed | undefined;
  readonly failed: boolean;
}

/** The point of the address, in the points of the page or, on a long chart, fetched. */
export function useChosenPoint(data: SpcChartView, byId: ReadonlyMap<string, WhyRed>, key: string | null): Chosen {
  const wanted = key === null ? null : readPointKey(key);
  const isLong = data.marks !== null;
  const href = isLong && wanted !== null ? `/spc/${data.chart.id}/point?point=${encodeURIComponent(key!)}` : null;
  const part = useChartPart<ChosenPoint>(href);
  if (!isLong) {
    const p = data.points;
    const index =
      wanted === null
        ? -1
        : 'record' in wanted
          ? p.recordId.indexOf(wanted.record)
          : p.at.findIndex(
              (at, i) => at === wanted.atMs && (p.plotted[i] === wanted.plotted || Number.isNaN(p.plotted[i]! + wanted.plotted)),
            );
    const id = index < 0 ? null : p.recordId[index]!;
    return { markId: id, data, index, why: id === null ? undefined : byId.get(id), failed: false };
  }
  const found = href !== null && part.of === href ? part.value : null;
  if (found === null)
    return { markId: wanted !== null && 'atMs' in wanted ? key : null, data, index: -1, why: undefined, failed: part.failed };
  const { points, index, why } = found;
  return {
    markId: writePlace(points.at[index]!, points.plotted[index]!),
    data: { ...data, points },
    index,
    why: why ?? undefined,
    failed: false,
  };
}
