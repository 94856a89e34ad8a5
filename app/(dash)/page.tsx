import type { Metadata } from 'next';
import { overview } from '@/lib/services/pages/overview';
import { OverviewView } from './overview-view';
import { pageActor } from './session';

export const metadata: Metadata = { title: 'Overview' };

export default async function OverviewPage() {
  await pageActor('/');
  return <OverviewView data={await overview(Date.now())} />;
}
