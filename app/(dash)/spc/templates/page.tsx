import type { Metadata } from 'next';
import Link from 'next/link';
import { mayAs } from '@/lib/services/actor';
import { saveTemplate } from '@/lib/services/spc/templates/save';
import { templateList } from '@/lib/services/spc/views/templates';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { plural } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../../session';
import { TemplatesTable } from './templates-table';

export const metadata: Metadata = { title: 'Chart templates' };

export default async function TemplatesPage() {
  const actor = await pageActor('/spc/templates');
  const rows = await templateList(Date.now());
  return (
    <>
      <LiveRefresh topics={['limits']} everyMs={15_000} />
      <PageHead
        title="Chart templates"
        sub="Which charts there are: each template makes one for every context that it matches, also when a new tool, recipe or product comes"
        actions={
          mayAs(actor.role, saveTemplate.least) ? (
            <Link className="btn btn-primary" href="/spc/templates/new">
              New template
            </Link>
          ) : (
            <span className="text-sm text-ink-2">Making and changing templates needs the engineer role.</span>
          )
        }
      />
      <Panel title="Templates" flush note={plural(rows.length, 'template')}>
        <TemplatesTable rows={rows} />
      </Panel>
    </>
  );
}
