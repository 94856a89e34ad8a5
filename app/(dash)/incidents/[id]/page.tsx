import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { joinIncident } from '@/lib/services/alerts/incidents/verbs';
import { type IncidentView, incidentView } from '@/lib/services/alerts/views/incident';
import { commonCodes } from '@/lib/services/alerts/views/policies';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { pageActor } from '../../session';
import { IncidentPageView } from './incident-view';

export const metadata: Metadata = { title: 'Incident' };

async function read(id: string): Promise<IncidentView> {
  try {
    return await incidentView(id);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function IncidentPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const actor = await pageActor(`/incidents/${id}`);
  const [data, codes] = await Promise.all([read(id), commonCodes()]);
  return (
    <ExportFacts facts={[['incident', data.title]]}>
      <IncidentPageView data={data} codes={codes} email={actor.email} canAct={mayAs(actor.role, joinIncident.least)} />
    </ExportFacts>
  );
}
