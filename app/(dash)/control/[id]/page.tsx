import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { type LoopView, loopView } from '@/lib/services/views/control-loop';
import { type SearchParams, timeWindow } from '@/lib/ui/address';
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
  return <LoopPageView data={await read(id, fromMs, toMs)} windowMs={[fromMs, toMs]} role={actor.role} actor={actor.email} />;
}
