import { spcChart } from '@/lib/services/spc/views/chart';
import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import { violationsOf, type WhyRed } from '@/lib/services/spc/views/violations';

/** What a chart's page shows of a window. */
export interface ChartWindow {
  data: SpcChartView;
  /** Why its points are red; of a long chart that is fetched with the point. */
  why: WhyRed[];
}

/** @throws AppError `not_found` when there is no such chart. */
export async function readChart(id: string, fromMs: number, toMs: number): Promise<ChartWindow> {
  const data = await spcChart(id, fromMs, toMs, true);
  return { data, why: data.marks === null ? await violationsOf(data.chart.id, fromMs, toMs) : [] };
}
