import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { policiesView } from '@/lib/services/alerts/views/policies';
import { keepChecklistDraft } from '@/lib/services/checklists/drafts';
import { type ChecklistView, checklistView } from '@/lib/services/checklists/views/list';
import { limitPolicy } from '@/lib/services/spc/limits/policy';
import { param, type SearchParams } from '@/lib/ui/address';
import { pageActor } from '../../../session';
import { usableCodes } from '../codes';
import { ChecklistPageView } from './checklist-view';

export const metadata: Metadata = { title: 'Checklist' };

async function read(id: string): Promise<ChecklistView> {
  try {
    return await checklistView(id);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function ChecklistPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const { id } = await params;
  const actor = await pageActor(`/alerts/checklists/${id}`);
  const [data, { codes }, { secondPerson }, p] = await Promise.all([read(id), policiesView(), limitPolicy(), searchParams]);
  const asked = Number(param(p, 'version') ?? '');
  return (
    <ChecklistPageView
      data={data}
      shown={data.versions.find((v) => v.version === asked)?.version ?? null}
      codes={usableCodes(codes)}
      may={mayAs(actor.role, keepChecklistDraft.least)}
      email={actor.email}
      secondPerson={secondPerson}
    />
  );
}
