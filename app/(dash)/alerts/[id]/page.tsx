import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { DISPOSITIONS } from '@/lib/services/alerts/action-schema';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { skipStep } from '@/lib/services/checklists/step';
import { type AlertView, alertView } from '@/lib/services/evidence/alert';
import { releaseEquipment } from '@/lib/services/holds/verbs';
import { spectraEvidence } from '@/lib/services/spectra/views/alert';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { waferFacts } from '@/lib/ui/facts';
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
  const data = await read(id);
  const { alert } = data;
  const spectra =
    alert.kind === 'spectra' && alert.tool !== null ? await spectraEvidence(alert.recordId, alert.tool, alert.lastMs) : null;
  return (
    <ExportFacts facts={[['alert', alert.title], ...waferFacts(alert)]}>
      <AlertPageView
        data={data}
        spectra={spectra}
        canAct={mayAs(actor.role, actOnAlert.least)}
        email={actor.email}
        mayRelease={mayAs(actor.role, releaseEquipment.least)}
        dispositions={DISPOSITIONS}
        maySkip={mayAs(actor.role, skipStep.least)}
      />
    </ExportFacts>
  );
}
