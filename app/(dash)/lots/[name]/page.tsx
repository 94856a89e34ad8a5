import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { holdSubject } from '@/lib/services/holds/verbs';
import { type LotView, lotView } from '@/lib/services/lots/views/lot';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { pageActor } from '../../session';
import { LotPageView } from './lot-view';

export const metadata: Metadata = { title: 'Lot' };

async function read(name: string): Promise<LotView> {
  try {
    return await lotView(name);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function LotPage({ params }: { params: Promise<{ name: string }> }) {
  const name = decodeURIComponent((await params).name);
  const actor = await pageActor(`/lots/${encodeURIComponent(name)}`);
  const data = await read(name);
  return (
    <ExportFacts
      facts={[
        ['lot', name],
        ['product', data.lot.product],
      ]}
    >
      <LotPageView data={data} canAct={mayAs(actor.role, holdSubject.least)} />
    </ExportFacts>
  );
}
