import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { createChart } from '@/lib/services/spc/templates/single';
import { listVmModels } from '@/lib/services/vm/views/list';
import { vmView } from '@/lib/services/vm/views/models';
import { type SearchParams, timeWindow } from '@/lib/ui/address';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { modelFacts, windowFacts } from '@/lib/ui/facts';
import { quality } from '@/lib/ui/vm/quality';
import { ChartThis } from '../../chart-this';
import { pageActor } from '../../session';
import { VmPageView } from './vm-view';

export const metadata: Metadata = { title: 'Virtual metrology model' };

/** The model, and its row of the list, on which the verdict is based. */
async function read(id: string, fromMs: number, toMs: number, nowMs: number) {
  try {
    return await Promise.all([vmView(id, fromMs, toMs), listVmModels({ fromMs: nowMs, nowMs, id })]);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function VmModelPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const { id } = await params;
  const actor = await pageActor(`/vm/${id}`);
  const now = Date.now();
  const { fromMs, toMs } = timeWindow(await searchParams, now, '30d');
  const [data, [row]] = await read(id, fromMs, toMs, now);
  if (row === undefined) notFound();
  const { version = null, codeVersion = null } = data.versions[0] ?? {};
  return (
    <ExportFacts facts={[...modelFacts({ ...data.model, version, codeVersion }), ...windowFacts(fromMs, toMs)]}>
      <ChartThis
        place={{ ...data.model, tool: null, chamber: null, recipe: null }}
        from={`the model of ${data.model.parameter}`}
        may={mayAs(actor.role, createChart.least)}
      >
        <VmPageView data={data} state={quality(row)} windowMs={[fromMs, toMs]} />
      </ChartThis>
    </ExportFacts>
  );
}
