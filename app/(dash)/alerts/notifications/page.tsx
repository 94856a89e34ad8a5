import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { PREVIEW_DAYS } from '@/lib/services/notify/preview';
import { saveRule } from '@/lib/services/notify/save-rule';
import { previewRules, rulesPage } from '@/lib/services/notify/views/rules';
import { PageHead } from '@/lib/ui/components/panel';
import { pageActor } from '../../session';
import { DigestsPanel } from './digests-panel';
import { NotifyNav } from './notify-nav';
import { QuietPanel } from './quiet-panel';
import { PreviewPanel, RulesPanel } from './rules-panel';

export const metadata: Metadata = { title: 'Notification rules' };

export default async function NotificationsPage() {
  const actor = await pageActor('/alerts/notifications');
  const [data, preview] = await Promise.all([rulesPage(actor.email), previewRules(Date.now(), PREVIEW_DAYS, null)]);
  const may = mayAs(actor.role, saveRule.least);
  return (
    <>
      <PageHead
        title="Notification rules"
        sub="Who is told of what, by which way. Escalations, hand-overs and ended waits are told in person whatever the rules say"
        actions={<NotifyNav here="/alerts/notifications" />}
      />
      <div className="flex flex-col gap-3">
        <RulesPanel data={data} preview={preview} may={may} />
        <PreviewPanel preview={preview} />
        <DigestsPanel data={data} may={may} />
        <QuietPanel email={actor.email} quiet={data.quiet} zone={data.zone} />
      </div>
    </>
  );
}
