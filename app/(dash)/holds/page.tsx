import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { isUuid } from '@/lib/services/address/uuid';
import { holdSubject, releaseEquipment, releaseLot } from '@/lib/services/holds/verbs';
import { type HoldListRow, holdList } from '@/lib/services/holds/views/list';
import { fabLists } from '@/lib/services/spc/views/list';
import { choice, param, type SearchParams } from '@/lib/ui/address';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { PageHead } from '@/lib/ui/components/panel';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../session';
import { HoldsView } from './holds-view';

export const metadata: Metadata = { title: 'Holds' };

const STATES = ['active', 'released', 'all'] as const;
const SCOPES = ['lot', 'tool', 'chamber'] as const;
const LIMIT = 500;

/** The hold that the address names, which the filters may leave out. */
async function chosenOf(id: string | null, rows: readonly HoldListRow[]): Promise<HoldListRow | null> {
  if (id === null || !isUuid(id)) return null;
  return rows.find((r) => r.id === id) ?? (await holdList({ state: 'all', scope: null, id, limit: 1 })).rows[0] ?? null;
}

export default async function HoldsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await pageActor('/holds');
  const p = await searchParams;
  const state = choice(p, 'state', STATES, 'active');
  const [{ rows, total }, lists] = await Promise.all([holdList({ state, scope: param(p, 'scope'), limit: LIMIT }), fabLists()]);
  return (
    <>
      <LiveRefresh topics={['hold', 'alert']} everyMs={5_000} />
      <PageHead
        title="Holds"
        sub="Lots, tools and chambers that must not go on: whoever asks for a recipe there is refused. Lots are released by operators, tools and chambers by engineers"
      />
      <FilterBar
        fields={[
          {
            key: 'state',
            label: 'State',
            fallback: 'active',
            all: null,
            options: [
              { value: 'active', label: 'Active' },
              { value: 'released', label: 'Released' },
              { value: 'all', label: 'All' },
            ],
          },
          { key: 'scope', label: 'Of', options: SCOPES.map((value) => ({ value, label: value })) },
        ]}
      />
      <HoldsView
        rows={rows}
        total={total}
        state={state}
        selected={await chosenOf(param(p, 'hold'), rows)}
        mayHold={mayAs(actor.role, holdSubject.least)}
        mayReleaseLots={mayAs(actor.role, releaseLot.least)}
        mayReleaseTools={mayAs(actor.role, releaseEquipment.least)}
        tools={lists.tools}
      />
    </>
  );
}
