import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { overrideRota, saveRota } from '@/lib/services/rota/verbs';
import { rotaPage } from '@/lib/services/rota/views/rotas';
import { param, type SearchParams } from '@/lib/ui/address';
import { PageHead } from '@/lib/ui/components/panel';
import { pageActor } from '../../../session';
import { NotifyNav } from '../notify-nav';
import { RotaView } from './rota-view';

export const metadata: Metadata = { title: 'On call' };

export default async function RotaPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await pageActor('/alerts/notifications/rota');
  const data = await rotaPage(Date.now(), param(await searchParams, 'rota'));
  return (
    <>
      <PageHead
        title="On call"
        sub="Who is on call now and who comes next. Policies and rules tell whoever it is at the time"
        actions={<NotifyNav here="/alerts/notifications/rota" />}
      />
      <RotaView data={data} maySave={mayAs(actor.role, saveRota.least)} maySwap={mayAs(actor.role, overrideRota.least)} />
    </>
  );
}
