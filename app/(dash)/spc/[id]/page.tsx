import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { changeChart } from '@/lib/services/spc/change-chart';
import { limitsNotice } from '@/lib/services/spc/limits/views/proposals';
import { spcChart, violationsOf } from '@/lib/services/spc/views/chart';
import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import { type SearchParams, timeWindow } from '@/lib/ui/address';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { pageActor } from '../../session';
import { ChartView } from './chart-view';

export const metadata: Metadata = { title: 'Chart' };

async function read(id: string, fromMs: number, toMs: number): Promise<SpcChartView> {
  try {
    return await spcChart(id, fromMs, toMs);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function ChartPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const { id } = await params;
  const actor = await pageActor(`/spc/${id}`);
  const { fromMs, toMs } = timeWindow(await searchParams, Date.now(), '30d');
  const data = await read(id, fromMs, toMs);
  const [why, notice] = await Promise.all([violationsOf(data.chart.id, fromMs, toMs), limitsNotice(data.chart.id)]);
  const { chart } = data;
  return (
    <ExportFacts
      facts={[
        ['chart', chart.title],
        ['product', chart.product],
        ['operation', chart.operation],
        ['parameter', chart.parameter],
        ['tool', chart.tool],
        ['chamber', chart.chamber],
      ]}
    >
      <ChartView data={data} why={why} notice={notice} canChange={mayAs(actor.role, changeChart.least)} />
    </ExportFacts>
  );
}
