import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { changeChart } from '@/lib/services/spc/change-chart';
import { limitsNotice } from '@/lib/services/spc/limits/views/proposals';
import { type SearchParams, timeWindow } from '@/lib/ui/address';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { pageActor } from '../../session';
import { ChartView } from './chart-view';
import { type ChartWindow, readChart } from './read-chart';
import { windowQuery } from './window-query';

export const metadata: Metadata = { title: 'Chart' };

async function read(id: string, fromMs: number, toMs: number): Promise<ChartWindow> {
  try {
    return await readChart(id, fromMs, toMs);
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
  const asked = await searchParams;
  const { fromMs, toMs } = timeWindow(asked, Date.now(), '30d');
  const page = await read(id, fromMs, toMs);
  const { chart } = page.data;
  const notice = await limitsNotice(chart.id);
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
      <ChartView page={page} query={windowQuery(asked)} notice={notice} canChange={mayAs(actor.role, changeChart.least)} />
    </ExportFacts>
  );
}
