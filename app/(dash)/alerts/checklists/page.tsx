import type { Metadata } from 'next';
import Link from 'next/link';
import { mayAs } from '@/lib/services/actor';
import { keepChecklistDraft } from '@/lib/services/checklists/drafts';
import { checklistList } from '@/lib/services/checklists/views/list';
import { needsRole } from '@/lib/ui/components/gate';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { plural } from '@/lib/ui/format';
import { pageActor } from '../../session';
import { ChecklistsTable } from './checklists-table';

export const metadata: Metadata = { title: 'Checklists' };

export default async function ChecklistsPage() {
  const actor = await pageActor('/alerts/checklists');
  const rows = await checklistList();
  return (
    <>
      <PageHead
        title="Checklists"
        sub="Flowcharts by which alerts are worked: steps of people, and decisions that the data make. The policy of an area says which it has"
        actions={
          mayAs(actor.role, keepChecklistDraft.least) ? (
            <Link className="btn btn-primary" href="/alerts/checklists/new">
              New checklist
            </Link>
          ) : (
            <span className="text-sm text-ink-2">{`Making and changing them: ${needsRole('engineer').toLowerCase()}`}</span>
          )
        }
      />
      <Panel title="Checklists" flush note={plural(rows.length, 'checklist')}>
        <ChecklistsTable rows={rows} />
      </Panel>
    </>
  );
}
