import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { auditChoices, auditRows, exportAudit } from '@/lib/services/system/views/audit';
import { integer, type SearchParams } from '@/lib/ui/address';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { PAGE_KEY, timeRangeField } from '@/lib/ui/components/filter-fields';
import { emptyPage, ListPages } from '@/lib/ui/components/list-pages';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { pageActor } from '../../session';
import { AuditTable } from './audit-table';
import { auditFilter } from './filter';

export const metadata: Metadata = { title: 'Audit trail' };

const PAGE_ROWS = 100;

export default async function AuditPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await pageActor('/system/audit');
  if (!mayAs(actor.role, exportAudit.least))
    return (
      <Panel
        title="Audit trail"
        empty={`The audit trail needs the ${exportAudit.least} role; you are ${actor.role}. Ask an administrator.`}
      />
    );
  const p = await searchParams;
  const filter = auditFilter(p, Date.now());
  const below = integer(p, PAGE_KEY, 0, 1, Number.MAX_SAFE_INTEGER);
  const [found, choices] = await Promise.all([
    auditRows(filter, below > 0 ? below : null, PAGE_ROWS + 1),
    auditChoices(filter.fromMs, filter.toMs),
  ]);
  const rows = found.slice(0, PAGE_ROWS);
  const query = new URLSearchParams(Object.entries(p).flatMap(([k, v]) => (typeof v === 'string' ? [[k, v]] : [])));
  const options = (list: readonly string[]) => list.map((value) => ({ value, label: value }));
  return (
    <>
      <PageHead title="Audit trail" sub="Who changed what, when and why; entries are never changed or removed." />
      <FilterBar
        fields={[
          timeRangeField('7d'),
          { key: 'actor', label: 'Who', options: options(choices.actors) },
          { key: 'entity', label: 'What', options: options(choices.entities) },
          { key: 'action', label: 'Action', options: options(choices.actions) },
        ]}
      />
      <Panel
        title="Entries"
        flush
        note={below > 0 ? 'older ones, newest first' : 'newest first'}
        actions={
          <>
            <ListPages
              path="/system/audit"
              params={p}
              next={found.length > PAGE_ROWS ? String(rows.at(-1)!.id) : null}
              words={['Newest', 'Older']}
            />
            <a className="btn h-7! text-sm!" href={`/system/audit/rows?${query}`} download>
              CSV
            </a>
          </>
        }
      >
        <AuditTable rows={rows} emptyPage={emptyPage('/system/audit', p)} />
      </Panel>
    </>
  );
}
