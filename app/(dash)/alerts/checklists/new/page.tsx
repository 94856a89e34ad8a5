import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { policiesView } from '@/lib/services/alerts/views/policies';
import { keepChecklistDraft } from '@/lib/services/checklists/drafts';
import { needsRole } from '@/lib/ui/components/gate';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { pageActor } from '../../../session';
import { usableCodes } from '../codes';
import { EMPTY } from '../editing';
import { ChecklistEditor } from '../editor';

export const metadata: Metadata = { title: 'New checklist' };

export default async function NewChecklistPage() {
  const actor = await pageActor('/alerts/checklists/new');
  const { codes } = await policiesView();
  return (
    <>
      <PageHead
        title="New checklist"
        sub="A draft is kept as it is typed, also unfinished; alerts get it when it is in force and a policy has it"
      />
      {mayAs(actor.role, keepChecklistDraft.least) ? (
        <ChecklistEditor checklist={null} revision={0} name="" content={EMPTY} codes={usableCodes(codes)} />
      ) : (
        <Panel title="Steps" empty={needsRole('engineer')} />
      )}
    </>
  );
}
