import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { changeSpecification } from '@/lib/services/spc/specification';
import { specificationList, specificationLists, specificationVersions } from '@/lib/services/spc/views/specifications';
import { param, type SearchParams } from '@/lib/ui/address';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { PageHead } from '@/lib/ui/components/panel';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../../session';
import { SpecificationsView } from './specifications-view';

export const metadata: Metadata = { title: 'Specifications' };

export default async function SpecificationsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await pageActor('/spc/specifications');
  const p = await searchParams;
  const [rows, lists] = await Promise.all([
    specificationList({ product: param(p, 'product'), operation: param(p, 'operation'), parameter: param(p, 'parameter') }),
    specificationLists(),
  ]);
  const selected = rows.find((r) => keyOf(r) === param(p, 'spec')) ?? (rows.length === 1 ? rows[0] : undefined);
  const options = (list: readonly string[]) => list.map((value) => ({ value, label: value }));
  return (
    <>
      <LiveRefresh topics={['limits']} everyMs={15_000} />
      <PageHead
        title="Specifications"
        sub="What each parameter has to meet: a chart draws each version over its own time, and capability goes by the one in force; loops follow a new target with a version of their own, or say that they aim elsewhere"
      />
      <FilterBar
        fields={[
          { key: 'product', label: 'Product', options: options(lists.products) },
          { key: 'operation', label: 'Operation', options: options(lists.operations) },
          { key: 'parameter', label: 'Parameter', options: options(lists.parameters) },
        ]}
      />
      <SpecificationsView
        rows={rows}
        selected={selected ?? null}
        versions={selected ? await specificationVersions(selected) : []}
        may={mayAs(actor.role, changeSpecification.least)}
      />
    </>
  );
}

const keyOf = (r: { product: string; operation: string; parameter: string }): string =>
  `${r.product}|${r.operation}|${r.parameter}`;
