import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { type Preview, previewContent } from '@/lib/services/spc/templates/preview';
import { saveTemplate } from '@/lib/services/spc/templates/save';
import { contextLists, type TemplateView, templateView } from '@/lib/services/spc/views/templates';
import { LiveRefresh, PeriodicRefresh } from '@/lib/ui/hooks/live';
import { pageActor } from '../../../session';
import { TemplatePageView } from './template-view';

export const metadata: Metadata = { title: 'Chart template' };

async function read(id: string): Promise<TemplateView> {
  try {
    return await templateView(id);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

/** Charts of a stored preview that are drawn for who may not edit. */
const SHOWN = 300;

export default async function TemplatePage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const actor = await pageActor(`/spc/templates/${id}`);
  const data = await read(id);
  const may = mayAs(actor.role, saveTemplate.least) && !data.retired;
  let stored: Preview | null = null;
  if (!may) {
    const all = await previewContent(data.content, data.id, new Date());
    stored = { ...all, charts: all.charts.slice(0, SHOWN) };
  }
  return (
    <>
      <LiveRefresh topics={['limits']} everyMs={15_000} />
      {data.fills.some((f) => f.state === 'running') ? <PeriodicRefresh everyMs={2_000} /> : null}
      <TemplatePageView data={data} lists={await contextLists()} may={mayAs(actor.role, saveTemplate.least)} stored={stored} />
    </>
  );
}
