import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { changePolicy } from '@/lib/services/alerts/policy';
import { policiesView, policyVersions } from '@/lib/services/alerts/views/policies';
import { param, type SearchParams } from '@/lib/ui/address';
import { PageHead } from '@/lib/ui/components/panel';
import { pageActor } from '../../session';
import { CodesPanel } from './codes-panel';
import { PoliciesPanel } from './policies-panel';

export const metadata: Metadata = { title: 'Policies and codes' };

export default async function PoliciesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await pageActor('/alerts/policies');
  const p = await searchParams;
  const area = param(p, 'area');
  const severity = param(p, 'severity');
  const [data, versions] = await Promise.all([
    policiesView(),
    area === null || severity === null ? [] : policyVersions(area, severity),
  ]);
  const may = mayAs(actor.role, changePolicy.least);
  return (
    <>
      <PageHead
        title="Policies and codes"
        sub="When an alert is due, who is told when it is not worked, what verifies an action, and by which causes and actions alerts are closed. An alert keeps the version that it was raised under"
      />
      <div className="flex flex-col gap-3">
        <PoliciesPanel data={data} versions={versions} may={may} />
        <CodesPanel data={data} may={may} />
      </div>
    </>
  );
}
