import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { saveRuleSet } from '@/lib/services/spc/rules/save';
import { ruleSetView } from '@/lib/services/spc/views/rule-sets';
import { PageHead } from '@/lib/ui/components/panel';
import { pageActor } from '../../../session';
import { draftOf, type SetDraft } from '../set-draft';
import { SetEditor } from '../set-editor';

export const metadata: Metadata = { title: 'New rule set' };

/** A copy begins with the rules of another set; without one, with rule 1. */
async function firstOf(from: string): Promise<SetDraft> {
  try {
    return { ...draftOf('', (await ruleSetView(from, new Date())).content) };
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function NewRuleSetPage({ searchParams }: { searchParams: Promise<{ from?: string | string[] }> }) {
  const actor = await pageActor('/spc/rules/new');
  const { from } = await searchParams;
  const may = mayAs(actor.role, saveRuleSet.least);
  return (
    <>
      <PageHead
        title="New rule set"
        sub="Say what each rule looks for; the price shows the false alarms a week that it would cost, and how soon it sees a shift"
      />
      <SetEditor
        set={null}
        version={0}
        first={await firstOf(typeof from === 'string' ? from : 'rule-1')}
        may={may}
        note={
          may
            ? 'counts are points, sigmas those of the plotted statistic; beyond is strictly beyond'
            : 'making a set needs the engineer role'
        }
      />
    </>
  );
}
