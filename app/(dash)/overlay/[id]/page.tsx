import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { type OverlayView, overlayView } from '@/lib/services/overlay/views/overlay';
import { createChart } from '@/lib/services/spc/templates/single';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { waferFacts } from '@/lib/ui/facts';
import { waferName } from '@/lib/ui/links';
import { ChartThis } from '../../chart-this';
import { pageActor } from '../../session';
import { OverlayPageView } from './overlay-view';

export const metadata: Metadata = { title: 'Overlay' };

async function read(id: string): Promise<OverlayView> {
  try {
    return await overlayView(id);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function OverlayMeasurementPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const actor = await pageActor(`/overlay/${id}`);
  const data = await read(id);
  const { head } = data;
  return (
    <ExportFacts facts={[...waferFacts(head), ['layer', `${head.layer} to ${head.referenceLayer}`], ['model', data.model.name]]}>
      <ChartThis
        place={{ ...head, parameter: 'overlay' }}
        from={`overlay of ${waferName(head.lot, head.slot)}`}
        may={mayAs(actor.role, createChart.least)}
      >
        <OverlayPageView data={data} />
      </ChartThis>
    </ExportFacts>
  );
}
