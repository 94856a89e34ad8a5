import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { type RunView, runView } from '@/lib/services/views/run';
import { pageActor } from '../../session';
import { RunPageView } from './run-view';

export const metadata: Metadata = { title: 'Run' };

async function read(id: string): Promise<RunView> {
  try {
    return await runView(id);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function RunPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await pageActor(`/runs/${id}`);
  return <RunPageView data={await read(id)} />;
}
