'use client';
import { useMemo } from 'react';
import type { TraceOverlay } from '@/lib/services/runs/views/trace-overlay';
import { useAddress } from '@/lib/ui/components/filter-bar';
import { Panel } from '@/lib/ui/components/panel';
import { useTheme } from '@/lib/ui/hooks/use-theme';
import { CATEGORY } from '@/lib/ui/tokens';
import { TraceChoice } from '../../trace-choice';
import { extent, type Grouping, groupOf, largestGroups } from './overlay.prepare';
import { RankedRuns } from './ranked-runs';
import { type RunGroup, SensorPlot } from './sensor-plot';

/** Sensors that may be shown at once, as the server allows. */
const MOST_SENSORS = 5;

export interface TracesViewProps {
  data: TraceOverlay;
  grouping: Grouping;
  zoomed: boolean;
  /** Ids of the highlighted runs. */
  marked: readonly string[];
}

/** Traces of many runs: a plot for each chosen sensor over one time, and the runs farthest from the golden band. */
export function TracesView({ data, grouping, zoomed, marked }: TracesViewProps) {
  const address = useAddress();
  const { theme } = useTheme();
  const groups = useMemo(() => groupsOf(data, grouping, CATEGORY[theme]), [data, grouping, theme]);
  const markedAt = useMemo(
    () => marked.map((id) => data.runs.findIndex((r) => r.id === id)).filter((k) => k >= 0),
    [marked, data],
  );
  const domain = useMemo(() => extent(...data.sensors.map((s) => s.t)) ?? ([0, 1] as const), [data]);
  const absent = marked.length - markedAt.length;
  const shown = data.sensors.map((s) => s.name);
  const toggle = (name: string): void => {
    const next = shown.includes(name) ? shown.filter((n) => n !== name) : [...shown, name];
    address.set({ sensors: data.sensorNames.filter((n) => next.includes(n)).join(',') });
  };
  const onZoom = (a: number, b: number): void => address.set({ zoom: `${a.toFixed(2)}~${b.toFixed(2)}` });
  const note = [
    `${data.runs.length} of ${data.total} runs, the newest`,
    ...(data.withoutStep > 0 ? [`${data.withoutStep} without that step left out`] : []),
    ...(absent > 0 ? [`${absent} highlighted not among them`] : []),
    `each drawn by the lowest and highest of ${data.stretches} stretches`,
  ].join('; ');
  return (
    <div className="flex flex-col gap-3" aria-busy={address.isPending}>
      <Panel
        title="Overlay"
        note={data.runs.length > 0 ? note : null}
        empty={data.runs.length === 0 ? emptyWords(data) : undefined}
        actions={
          zoomed ? (
            <button type="button" className="link" onClick={() => address.set({ zoom: null })}>
              Whole run
            </button>
          ) : null
        }
      >
        <fieldset className="flex flex-wrap gap-x-4 gap-y-1 mb-2 text-sm no-print">
          <legend className="sr-only">Sensors, at most {MOST_SENSORS}</legend>
          {data.sensorNames.map((name) => (
            <label key={name} className="flex items-center gap-1 min-h-6">
              <input
                type="checkbox"
                checked={shown.includes(name)}
                disabled={shown.includes(name) ? shown.length === 1 : shown.length >= MOST_SENSORS}
                onChange={() => toggle(name)}
              />
              {name}
            </label>
          ))}
        </fieldset>
        {data.sensors.map((s) => (
          <div key={s.name} className="mb-3">
            <SensorPlot
              sensor={s}
              runs={data.runs}
              steps={data.steps}
              groups={groups}
              marked={markedAt}
              domain={domain}
              stretches={data.stretches}
              onZoom={onZoom}
            />
            <TraceChoice sensor={s.name} steps={data.stepNames} />
          </div>
        ))}
      </Panel>
      <RankedRuns data={data} />
    </div>
  );
}

function emptyWords({ recipe, recipes, withoutStep }: TraceOverlay): string {
  if (withoutStep > 0)
    return `None of the ${withoutStep} runs has that step. Align them at another one, or at the start of the run.`;
  if (recipes.length === 0) return 'No run started in this time. Choose a longer one.';
  if (recipe === null) return 'No run of this recipe at this operation in this time. Choose another recipe or a longer time.';
  return `No run of recipe ${recipe} has a trace under these filters. Clear some of them.`;
}

/** Runs of a group are drawn as one path; groups beyond the colours share the last. */
function groupsOf(data: TraceOverlay, by: Grouping, colours: readonly string[]): RunGroup[] {
  const named = largestGroups(data.runs, by, colours.length - 1);
  const of = (name: string): number[] => data.runs.flatMap((r, k) => (groupOf(r, by) === name ? [k] : []));
  const rest = data.runs.flatMap((r, k) => (named.includes(groupOf(r, by)) ? [] : [k]));
  const color = (name: string, k: number): string => (name === 'a rule fired' ? 'var(--out)' : colours[k]!);
  return [
    ...(rest.length > 0 ? [{ name: 'others', color: 'var(--pale)', runs: rest }] : []),
    ...named.map((name, k) => ({ name, color: color(name, k), runs: of(name) })),
  ];
}
