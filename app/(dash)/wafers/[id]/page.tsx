import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { heldLines } from '@/lib/services/holds/views/held';
import { createChart } from '@/lib/services/spc/templates/single';
import { type WaferView, waferView } from '@/lib/services/wafers/views/wafer';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { waferFacts } from '@/lib/ui/facts';
import { waferName } from '@/lib/ui/links';
import { ChartThis } from '../../chart-this';
import { HeldNotice } from '../../held-notice';
import { pageActor } from '../../session';
import { WaferPageView } from './wafer-view';

export const metadata: Metadata = { title: 'Wafer' };

async function read(id: string): Promise<WaferView> {
  try {
    return await waferView(id);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function WaferPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const actor = await pageActor(`/wafers/${id}`);
  const data = await read(id);
  const { head } = data;
  const held = await heldLines({ lot: head.lot, tool: head.tool, chambers: head.chamber === null ? [] : [head.chamber] });
  return (
    <ExportFacts facts={waferFacts(head)}>
      <HeldNotice holds={held} />
      <ChartThis place={head} from={`wafer ${waferName(head.lot, head.slot)}`} may={mayAs(actor.role, createChart.least)}>
        <WaferPageView data={data} />
      </ChartThis>
    </ExportFacts>
  );
}
