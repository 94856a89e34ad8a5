import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { MOST_SENSORS, traceOverlay } from '@/lib/services/runs/views/trace-overlay';
import { createChart } from '@/lib/services/spc/templates/single';
import type { Alignment } from '@/lib/traces';
import { choice, param, type SearchParams, timeWindow } from '@/lib/ui/address';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { timeRangeField } from '@/lib/ui/components/filter-fields';
import { PageHead } from '@/lib/ui/components/panel';
import { ChartThis } from '../../chart-this';
import { pageActor } from '../../session';

import { GROUPINGS } from './groupings';
import { ofAddress, ofWords, zoomOf } from './overlay.prepare';
import { TracesView } from './traces-view';

export const metadata: Metadata = { title: 'Traces' };

const all = (list: readonly string[]) => [...new Set(list)].map((value) => ({ value, label: value }));

const ALIGNED = [
  { value: 'start', label: 'start of the run' },
  { value: 'end', label: 'end of the run' },
];

/** `at` of the address: a step is `step:` and its name. */
function alignment(at: string | null): Alignment {
  if (at?.startsWith('step:')) return { at: 'step', step: at.slice('step:'.length) };
  return { at: at === 'end' ? 'end' : 'start' };
}

export default async function TracesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const actor = await pageActor('/fdc/traces');
  const p = await searchParams;
  const { fromMs, toMs } = timeWindow(p, Date.now(), '3d');
  const filter = {
    ...ofAddress(param(p, 'of')),
    tool: param(p, 'tool'),
    chamber: param(p, 'chamber'),
    product: param(p, 'product'),
  };
  const sensors = (param(p, 'sensors') ?? '').split(',').filter((s) => s !== '');
  const data = await traceOverlay({
    ...filter,
    fromMs,
    toMs,
    sensors: sensors.slice(0, MOST_SENSORS),
    alignment: alignment(param(p, 'at')),
    zoom: zoomOf(param(p, 'zoom')),
  });
  const { places, recipes } = data;
  const recipe = data.recipe ?? '';
  return (
    <ExportFacts
      facts={[
        ['operation', data.operation ?? ''],
        ['recipe', recipe],
      ]}
    >
      <PageHead
        title="Traces"
        sub="Sensor traces of many runs of one recipe laid over each other, beside the golden band of its good runs"
      />
      <FilterBar
        fields={[
          timeRangeField('3d'),
          {
            key: 'of',
            label: 'Recipe',
            options: recipes.map((r) => ({ value: ofWords(r), label: ofWords(r) })),
            fallback:
              data.operation !== null && data.recipe !== null ? ofWords({ operation: data.operation, recipe: data.recipe }) : '',
            all: null,
          },
          { key: 'tool', label: 'Tool', options: all(places.map((c) => c.tool)) },
          {
            key: 'chamber',
            label: 'Chamber',
            options: all(places.filter((c) => filter.tool === null || c.tool === filter.tool).map((c) => c.chamber)),
          },
          { key: 'product', label: 'Product', options: all(data.products) },
          {
            key: 'at',
            label: 'Aligned at',
            options: [...ALIGNED, ...data.stepNames.map((s) => ({ value: `step:${s}`, label: `start of ${s}` }))],
            fallback: 'start',
            all: null,
          },
          { key: 'colour', label: 'Colour by', options: GROUPINGS, fallback: 'chamber', all: null },
        ]}
      />
      <ChartThis
        place={{
          operation: data.operation ?? '',
          parameter: '',
          recipe: data.recipe,
          tool: filter.tool,
          chamber: filter.chamber,
          product: filter.product,
        }}
        from={`runs of recipe ${recipe}`}
        may={data.operation !== null && mayAs(actor.role, createChart.least)}
      >
        <TracesView
          data={data}
          grouping={choice(p, 'colour', ['chamber', 'tool', 'product', 'lot', 'outcome'], 'chamber')}
          zoomed={zoomOf(param(p, 'zoom')) !== null}
          marked={(param(p, 'run') ?? '').split(',').filter((id) => id !== '')}
        />
      </ChartThis>
    </ExportFacts>
  );
}
