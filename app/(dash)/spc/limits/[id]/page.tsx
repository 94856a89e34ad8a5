import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { approveLimits } from '@/lib/services/spc/limits/decide';
import { type ProposalView, proposalView } from '@/lib/services/spc/limits/views/proposals';
import { LiveRefresh, PeriodicRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../../../session';
import { ProposalPage } from './proposal-page';

export const metadata: Metadata = { title: 'Proposed limits' };

async function read(id: string): Promise<ProposalView> {
  try {
    return await proposalView(id);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function LimitProposalPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const actor = await pageActor(`/spc/limits/${id}`);
  const p = await read(id);
  return (
    <>
      {/* The study may end between the reading of this page and its first event. */}
      {p.state === 'computing' ? <PeriodicRefresh everyMs={2_000} /> : <LiveRefresh topics={['limits']} everyMs={15_000} />}
      <ProposalPage p={p} may={mayAs(actor.role, approveLimits.least)} actor={actor.email} />
    </>
  );
}
