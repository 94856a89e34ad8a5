import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { changeLoop } from '@/lib/services/control/change-loop';
import { type LoopView, loopView } from '@/lib/services/control/views/loop';
import { heldChambers } from '@/lib/services/holds/views/held';
import { type SearchParams, timeWindow } from '@/lib/ui/address';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { loopFacts, windowFacts } from '@/lib/ui/facts';
import { HeldNotice } from '../../held-notice';
import { pageActor } from '../../session';
import { LoopPageView } from './loop-view';

export const metadata: Metadata = { title: 'Control loop' };

async function read(id: string, fromMs: number, toMs: number): Promise<LoopView> {
  try {
    return await loopView(id, fromMs, toMs);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function LoopPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const { id } = await params;
  const actor = await pageActor(`/control/${id}`);
  const { fromMs, toMs } = timeWindow(await searchParams, Date.now(), '30d');
  const data = await read(id, fromMs, toMs);
  return (
    <ExportFacts facts={[...loopFacts(data.loop), ...windowFacts(fromMs, toMs)]}>
      <HeldNotice holds={await heldChambers(data.threads)} />
      <LoopPageView data={data} windowMs={[fromMs, toMs]} may={mayAs(actor.role, changeLoop.least)} actor={actor.email} />
    </ExportFacts>
  );
}
