import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { CAUSES, DISPOSITIONS } from '@/lib/services/alerts/actions';
import { type AlertView, alertView } from '@/lib/services/views/alerts';
import { pageActor } from '../../session';
import { AlertPageView } from './alert-view';

export const metadata: Metadata = { title: 'Alert' };

async function read(id: string): Promise<AlertView> {
  try {
    return await alertView(id);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function AlertPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const actor = await pageActor(`/alerts/${id}`);
  return (
    <AlertPageView data={await read(id)} role={actor.role} email={actor.email} causes={CAUSES} dispositions={DISPOSITIONS} />
  );
}
