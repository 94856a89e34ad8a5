import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { createChart } from '@/lib/services/spc/templates/single';
import { type SpectrumView, spectrumView } from '@/lib/services/spectra/views/spectrum';
import { integer, type SearchParams } from '@/lib/ui/address';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { spectrumFacts } from '@/lib/ui/facts';
import { waferName } from '@/lib/ui/links';
import { ChartThis } from '../../chart-this';
import { pageActor } from '../../session';
import { SpectrumPageView } from './spectrum-view';

export const metadata: Metadata = { title: 'Spectrum' };

const MOST_SITES = 100_000;

async function read(id: string, site: number | null): Promise<SpectrumView> {
  try {
    return await spectrumView(id, site);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function SpectrumPage({
  params,
  searchParams,
}: {
  params: Promise<{ id: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const { id } = await params;
  const actor = await pageActor(`/spectra/${id}`);
  const site = integer(await searchParams, 'site', 0, 1, MOST_SITES);
  const data = await read(id, site === 0 ? null : site - 1);
  return (
    <ExportFacts facts={spectrumFacts(data.head, data.recipe)}>
      <ChartThis
        place={{
          ...data.head,
          recipe: null,
          parameter: data.recipe.content.parameters.find((p) => p.reportAs !== null)?.reportAs ?? '',
        }}
        from={`spectra of ${waferName(data.head.lot, data.head.slot)}`}
        may={mayAs(actor.role, createChart.least)}
      >
        <SpectrumPageView data={data} />
      </ChartThis>
    </ExportFacts>
  );
}
