'use client';
import { useMemo, useState } from 'react';
import type { GoldenRuns, RunTrace } from '@/lib/services/runs/views/run-trace';
import { leavesBand, orderByDeviation, traceDeviation } from '@/lib/traces';
import type { TraceInput } from '@/lib/ui/charts/trace.prepare';
import { SmallTrace, TraceChart } from '@/lib/ui/charts/trace-chart';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { num, unitLabel } from '@/lib/ui/format';
import { useUrlState } from '@/lib/ui/hooks/use-url-state';
import { TraceChoice } from './trace-choice';

const SHOWN = 12;

/** All sensors of a run, the deviating one first and large; the others are small and enlarge on click. */
export function TracesPanel({ trace, title = 'Traces' }: { trace: RunTrace | null; title?: string }) {
  const [picked, setPicked] = useUrlState('sensor');
  const [step] = useUrlState('step');
  const [all, setAll] = useState(false);
  const ordered = useMemo(() => {
    if (trace === null) return [];
    const list = trace.sensors.map((s): { input: TraceInput; deviation: ReturnType<typeof traceDeviation> } => {
      const input: TraceInput = { sensor: s.name, unit: unitLabel(s.unit), t: trace.t, v: s.v, band: s.band, steps: trace.steps };
      return { input, deviation: traceDeviation(input) };
    });
    return orderByDeviation(list);
  }, [trace]);
  const main = ordered.find((o) => o.input.sensor === picked) ?? ordered[0];
  const differing = ordered.filter((o) => leavesBand(o.deviation)).length;
  const without = ordered.filter((o) => Number.isNaN(o.deviation.outsideShare)).length;
  const note = trace === null ? null : noteOf(trace.golden, ordered.length, differing, without);
  const shown = all ? ordered : ordered.slice(0, SHOWN);
  return (
    <Panel title={title} note={note} empty={main ? undefined : 'This run was sent without a trace.'}>
      {main ? (
        <>
          <TraceChart input={main.input} step={step} />
          <TraceChoice sensor={main.input.sensor} steps={trace?.steps.map((s) => s.name) ?? []} />
          <ul className="grid grid-cols-3 2xl:grid-cols-4 gap-2 mt-3" aria-label="Sensors, the differing ones first">
            {shown.map(({ input, deviation }) => (
              <li key={input.sensor}>
                <button
                  type="button"
                  aria-pressed={input.sensor === main.input.sensor}
                  onClick={() => setPicked(input.sensor)}
                  className={`w-full text-left border rounded p-1 ${input.sensor === main.input.sensor ? 'border-accent' : 'border-hairline hover:bg-sunken'}`}
                >
                  <span className="flex text-sm gap-2">
                    <span className="truncate">{input.sensor}</span>
                    <span className="ml-auto whitespace-nowrap">
                      {Number.isNaN(deviation.outsideShare) ? (
                        <StatusMark status="idle" text="no reference" />
                      ) : leavesBand(deviation) ? (
                        <StatusMark status="out" text={`${num(deviation.outsideShare * 100, 0)} %`} />
                      ) : (
                        <StatusMark status="ok" text="inside" hideText />
                      )}
                    </span>
                  </span>
                  <SmallTrace input={input} />
                </button>
              </li>
            ))}
          </ul>
          {ordered.length > SHOWN ? (
            <button type="button" className="link text-sm mt-2" onClick={() => setAll((v) => !v)}>
              {all ? 'Fewer sensors' : `All ${ordered.length} sensors`}
            </button>
          ) : null}
        </>
      ) : null}
    </Panel>
  );
}

/** The runs behind the band, and the sensors it cannot judge. */
function noteOf(g: GoldenRuns, sensors: number, differing: number, without: number): string {
  const of = `${g.recipe} ${g.version === null ? 'of several versions' : `v${g.version}`}${g.products.length > 1 ? `, products ${g.products.join(', ')}` : ''}`;
  if (without === sensors)
    return `${sensors} sensors, ${g.runs < g.least ? `too few runs to judge: ${g.runs} comparable good runs of this chamber and recipe ${g.recipe}, ${g.least} are needed` : `no reference: nothing of ${g.runs} good runs of recipe ${g.recipe} can be laid beside this run`}`;
  return `${sensors} sensors, ${differing} leave the golden band, the 99.73 % prediction limits of ${g.runs} runs of ${of}${without > 0 ? `; ${without} have no reference` : ''}`;
}
