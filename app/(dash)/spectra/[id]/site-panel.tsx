'use client';
import { useMemo, useState } from 'react';
import type { SpectrumSite, SpectrumView } from '@/lib/services/spectra/views/spectrum';
import { InlineError, Panel, Skeleton } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { Tabs } from '@/lib/ui/components/tabs';
import { duration, num } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { channelInputs } from '@/lib/ui/spectra/channel-curves';
import { prepareSensitivity, type SensitivityStep } from '@/lib/ui/spectra/sensitivity.prepare';
import { SensitivityPlot } from '@/lib/ui/spectra/sensitivity-plot';
import { chi2Words, siteVerdict } from '@/lib/ui/spectra/site-status';
import { SpectrumPlot } from '@/lib/ui/spectra/spectrum-plot';
import { type ForwardState, useForwardModel } from '@/lib/ui/spectra/use-forward-model';
import type { ChosenSite } from './use-site';

const CURVES_HEIGHT = 220;
/** Head, curves and residual strip: kept while the curves load, so that the layout does not jump. */
const PLOT_HEIGHT = CURVES_HEIGHT + 134;

/** The model at a site's fitted values, on a web worker; null values where there is no fit to draw. */
export function useSiteModel(d: SpectrumView, s: SpectrumSite | undefined): ForwardState {
  const values = s && s.values.length > 0 && s.values.every((v) => Number.isFinite(v)) ? [...s.values] : null;
  const { content, certificate } = d.recipe;
  return useForwardModel(values === null ? null : content, d.axis, certificate?.truncation ?? null, values ?? [], true);
}

/** Measured and fitted spectra of the chosen site. */
export function CurvesPanel({ d, chosen, model }: { d: SpectrumView; chosen: ChosenSite; model: ForwardState }) {
  const { index, curves, choose } = chosen;
  const s = d.sites[index]!;
  const verdict = siteVerdict(s.status);
  const name = `${waferName(d.head.lot, d.head.slot)} site ${index + 1}`;
  const modelled = !model.isBehind && s.values.length > 0 ? (model.answer?.modelled ?? null) : null;
  const inputs = useMemo(
    () =>
      curves === null
        ? []
        : channelInputs(
            {
              recipe: d.recipe.content,
              axis: d.axis,
              channels: d.channels,
              values: curves.values,
              sigma: curves.sigma,
              modelled,
            },
            name,
          ),
    [curves, d, modelled, name],
  );
  return (
    <Panel
      title={`Site ${index + 1} of ${d.sites.length}`}
      note={
        <>
          <StatusMark status={verdict.status} text={verdict.word} />
          {`  χ²/ν ${chi2Words(s.reducedChi2)} at (${num(s.x, 1)}, ${num(s.y, 1)}) mm; σ ${curves === null || curves.isStated ? 'of the station' : 'by the recipe'}`}
        </>
      }
      actions={
        <>
          <button type="button" className="btn h-6! px-2! text-sm!" disabled={index === 0} onClick={() => choose(index - 1)}>
            Site before
          </button>
          <button
            type="button"
            className="btn h-6! px-2! text-sm!"
            disabled={index === d.sites.length - 1}
            onClick={() => choose(index + 1)}
          >
            Site after
          </button>
        </>
      }
      error={chosen.error ?? undefined}
    >
      {model.answer?.error && !model.isBehind ? (
        <InlineError message={`The model could not be drawn: ${model.answer.error.message}`} />
      ) : null}
      <div className="grid grid-cols-1 min-[1700px]:grid-cols-2 gap-x-6 gap-y-2" aria-busy={curves === null || model.isBehind}>
        {curves === null
          ? d.channels.map((c) => <Skeleton key={c} height={PLOT_HEIGHT} />)
          : inputs.map((input) => (
              <div key={input.channel} className="min-w-0" style={{ minHeight: PLOT_HEIGHT }}>
                <SpectrumPlot input={input} height={CURVES_HEIGHT} />
              </div>
            ))}
      </div>
    </Panel>
  );
}

const STEPS: readonly { value: SensitivityStep; label: string }[] = [
  { value: 'percent', label: 'per 1 %' },
  { value: 'u', label: 'per 1 u' },
];
const STEP_WORDS: Readonly<Record<SensitivityStep, string>> = {
  percent: 'for 1 % of each parameter',
  u: 'for one standard uncertainty of each parameter',
};

/** Sensitivity of the spectrum to each parameter at the fitted values: parameters with curves of one shape cannot be distinguished. */
export function SensitivityPanel({ d, chosen, model }: { d: SpectrumView; chosen: ChosenSite; model: ForwardState }) {
  const [step, setStep] = useState<SensitivityStep>('percent');
  const s = d.sites[chosen.index]!;
  const { answer, isBehind } = model;
  const channels = useMemo(
    () =>
      answer?.jacobian && answer.axis && s.values.length > 0
        ? prepareSensitivity({
            recipe: d.recipe.content,
            axis: answer.axis,
            jacobian: answer.jacobian,
            values: s.values,
            u: s.u,
            step,
          })
        : [],
    [answer, d.recipe.content, s, step],
  );
  const name = `${waferName(d.head.lot, d.head.slot)} site ${chosen.index + 1}`;
  return (
    <Panel
      title="Sensitivity"
      note={`change of each channel ${STEP_WORDS[step]}; lines of one shape cannot be told apart${answer?.milliseconds ? ` · model ${duration(answer.milliseconds)} in this browser` : ''}`}
      actions={<Tabs label="Step of the parameters" value={step} options={STEPS} onChange={setStep} />}
      empty={channels.length === 0 && !isBehind ? 'There are no fitted values at this site to move.' : undefined}
    >
      <div className="grid grid-cols-1 min-[1700px]:grid-cols-2 gap-x-6 gap-y-2" aria-busy={isBehind}>
        {isBehind
          ? d.recipe.content.channels.map((c) => <Skeleton key={c.name} height={244} />)
          : channels.map((c) => (
              <SensitivityPlot
                key={c.channel}
                title={`Sensitivity of ${c.channel}, ${name}`}
                stepWords={STEP_WORDS[step]}
                data={c}
              />
            ))}
      </div>
    </Panel>
  );
}
