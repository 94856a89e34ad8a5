import type { Metadata } from 'next';
import Link from 'next/link';
import { mayAs } from '@/lib/services/actor';
import { saveRuleSet } from '@/lib/services/spc/rules/save';
import { ruleSetList } from '@/lib/services/spc/views/rule-sets';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { plural } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../../session';
import { RuleSetsTable } from './rules-view';

export const metadata: Metadata = { title: 'Rule sets' };

export default async function RuleSetsPage() {
  const actor = await pageActor('/spc/rules');
  const rows = await ruleSetList(new Date());
  return (
    <>
      <LiveRefresh topics={['limits']} everyMs={15_000} />
      <PageHead
        title="Rule sets"
        sub="Run rules that charts and templates choose: those of the books by their right names, and those of this site"
        actions={
          mayAs(actor.role, saveRuleSet.least) ? (
            <Link className="btn btn-primary" href="/spc/rules/new">
              New rule set
            </Link>
          ) : (
            <span className="text-sm text-ink-2">Making and changing rule sets needs the engineer role.</span>
          )
        }
      />
      <Panel title="Rule sets" flush note={plural(rows.length, 'set')}>
        <RuleSetsTable rows={rows} />
      </Panel>
    </>
  );
}
