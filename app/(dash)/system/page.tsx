import type { Metadata } from 'next';
import { systemView } from '@/lib/services/system/views/system';
import { pageActor } from '../session';
import { SystemPageView } from './system-view';

export const metadata: Metadata = { title: 'System' };

export default async function SystemPage() {
  const actor = await pageActor('/system');
  return <SystemPageView data={await systemView(Date.now())} role={actor.role} />;
}
