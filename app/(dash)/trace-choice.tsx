'use client';
import { characteristicName, characteristicWords, TRACE_INDICATORS, type TraceIndicator } from '@/lib/characteristic';
import { useUrlState } from '@/lib/ui/hooks/use-url-state';
import { useChartThis } from './chart-this';

/** Charts an indicator of a sensor within a step of the recipe. Shown where values may be charted. */
export function TraceChoice({ sensor, steps }: { sensor: string; steps: readonly string[] }) {
  const ask = useChartThis();
  const [askedStep, setStep] = useUrlState('step');
  const [askedOf, setOf] = useUrlState('indicator');
  const step = askedStep ?? '';
  const of: TraceIndicator = TRACE_INDICATORS.find((i) => i === askedOf) ?? 'mean';
  if (ask === null || steps.length === 0) return null;
  const chosen = steps.includes(step) ? step : steps[0]!;
  const nameOf = (indicator: TraceIndicator): string =>
    characteristicName({ source: 'trace', sensor, step: chosen, of: indicator, lot: false });
  return (
    <div className="flex items-center gap-2 mt-2 text-sm no-print">
      <label className="flex items-center gap-1 text-ink-2">
        Step
        <select className="field h-7!" value={chosen} onChange={(e) => setStep(e.target.value)}>
          {steps.map((s) => (
            <option key={s}>{s}</option>
          ))}
        </select>
      </label>
      <label className="flex items-center gap-1 text-ink-2">
        Indicator
        <select className="field h-7!" value={of} onChange={(e) => setOf(e.target.value)}>
          {TRACE_INDICATORS.map((i) => (
            <option key={i} value={i}>
              {characteristicWords(nameOf(i)).replace(` in ${chosen}`, '')}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="btn h-7!" onClick={() => ask(nameOf(of), sensor)}>
        Chart this…
      </button>
    </div>
  );
}
