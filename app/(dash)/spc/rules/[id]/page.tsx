import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { saveRuleSet } from '@/lib/services/spc/rules/save';
import { type RuleSetView, ruleSetView } from '@/lib/services/spc/views/rule-sets';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../../../session';
import { SetView } from './set-view';

export const metadata: Metadata = { title: 'Rule set' };

async function read(id: string): Promise<RuleSetView> {
  try {
    return await ruleSetView(id, new Date());
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function RuleSetPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const actor = await pageActor(`/spc/rules/${id}`);
  return (
    <>
      <LiveRefresh topics={['limits']} everyMs={15_000} />
      <SetView data={await read(id)} may={mayAs(actor.role, saveRuleSet.least)} />
    </>
  );
}
