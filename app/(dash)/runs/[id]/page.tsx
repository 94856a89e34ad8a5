import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AppError } from '@/lib/errors';
import { mayAs } from '@/lib/services/actor';
import { heldLines } from '@/lib/services/holds/views/held';
import { type RunView, runView } from '@/lib/services/runs/views/run';
import { createChart } from '@/lib/services/spc/templates/single';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { waferFacts } from '@/lib/ui/facts';
import { waferName } from '@/lib/ui/links';
import { ChartThis } from '../../chart-this';
import { HeldNotice } from '../../held-notice';
import { pageActor } from '../../session';
import { RunPageView } from './run-view';

export const metadata: Metadata = { title: 'Run' };

async function read(id: string): Promise<RunView> {
  try {
    return await runView(id);
  } catch (e) {
    if (e instanceof AppError && e.code === 'not_found') notFound();
    throw e;
  }
}

export default async function RunPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const actor = await pageActor(`/runs/${id}`);
  const data = await read(id);
  const { run } = data;
  const held = await heldLines({ lot: run.lot, tool: run.tool, chambers: [run.chamber] });
  return (
    <ExportFacts
      facts={[
        ...waferFacts(run),
        ['recipe', `${run.recipe} v${run.recipeVersion}`],
        ['started', new Date(run.startedMs).toISOString()],
      ]}
    >
      <HeldNotice holds={held} />
      <ChartThis
        place={{ ...run, parameter: '' }}
        from={`run of ${waferName(run.lot, run.slot)}`}
        may={mayAs(actor.role, createChart.least)}
      >
        <RunPageView data={data} />
      </ChartThis>
    </ExportFacts>
  );
}
