import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { type WaferView, waferView } from '@/lib/services/views/wafer';
import { ExportFacts } from '@/lib/ui/components/export-facts';
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
  await pageActor(`/wafers/${id}`);
  const data = await read(id);
  const { head } = data;
  return (
    <ExportFacts
      facts={[
        ['lot', head.lot],
        ['wafer', head.slot],
        ['product', head.product],
        ['layer', head.layer],
        ['operation', head.operation],
        ['parameter', head.parameter],
        ['tool', head.tool],
        ['chamber', head.chamber],
        ['station', head.station],
        ['measured', new Date(head.measuredMs).toISOString()],
      ]}
    >
      <WaferPageView data={data} />
    </ExportFacts>
  );
}
