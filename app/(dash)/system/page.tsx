import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { exportAudit } from '@/lib/services/system/views/audit';
import { systemView } from '@/lib/services/system/views/system';
import { replayTask } from '@/lib/services/tasks/dead-letters';
import { pageActor } from '../session';
import { SystemPageView } from './system-view';

export const metadata: Metadata = { title: 'System' };

export default async function SystemPage() {
  const actor = await pageActor('/system');
  return (
    <SystemPageView
      data={await systemView(Date.now())}
      mayAudit={mayAs(actor.role, exportAudit.least)}
      mayReplay={mayAs(actor.role, replayTask.least)}
    />
  );
}
