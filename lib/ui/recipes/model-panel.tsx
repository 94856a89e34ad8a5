'use client';
import { useMemo, useState } from 'react';
import type { MetrologyRecipe, SpectrumAxis } from '@/lib/recipes';
import { InlineError, Panel, Skeleton } from '../components/panel';
import { Tabs } from '../components/tabs';
import { duration, num } from '../format';
import { prepareSensitivity, type SensitivityChannel } from '../spectra/sensitivity.prepare';
import { SensitivityPlot } from '../spectra/sensitivity-plot';
import { SpectrumPlot } from '../spectra/spectrum-plot';
import { useForwardModel } from '../spectra/use-forward-model';
import { valuesOf } from './draft';
import { axisKindOf, draftInputs, type HeldSite, previewAxis, reducedChi2Of } from './draft-curves';
import { FitResult } from './fit-result';
import { MeasuredPicker, type PickedSite, type RecentSpectrum } from './measured-picker';
import type { SiteFitter } from './use-site-fit';

/** Harmonics of a preview before the first order sweep. */
const PREVIEW_TRUNCATION = 10;

export interface ModelPanelProps {
  name: string;
  /** The last draft that was valid, at the tried values. */
  recipe: MetrologyRecipe;
  values: readonly number[];
  inForce: { recipe: MetrologyRecipe; truncation: number | null; version: number } | null;
  /** M of the current certificate. */
  certified: number | null;
  /** Axis of the newest spectra; null before there are any. */
  axis: SpectrumAxis | null;
  recent: readonly RecentSpectrum[];
  picked: PickedSite;
  fit: SiteFitter;
  onTake: (values: Readonly<Record<string, number>>) => void;
}

type Shown = 'curves' | 'sensitivity';
const SHOWN: readonly { value: Shown; label: string }[] = [
  { value: 'curves', label: 'Curves' },
  { value: 'sensitivity', label: 'Sensitivity' },
];

export const previewTruncation = (recipe: MetrologyRecipe, certified: number | null): number | null =>
  recipe.sample.kind === 'line-grating' ? (recipe.sample.truncation ?? certified ?? PREVIEW_TRUNCATION) : null;

/** Sensitivity of each channel, once the answer has the derivatives of the current recipe. */
function useSensitivity(
  recipe: MetrologyRecipe,
  values: readonly number[],
  answer: ReturnType<typeof useForwardModel>['answer'],
): SensitivityChannel[] {
  return useMemo(
    () =>
      answer?.jacobian && answer.axis && answer.jacobian.length === answer.modelled!.length * values.length
        ? prepareSensitivity({
            recipe,
            axis: answer.axis,
            jacobian: answer.jacobian,
            values,
            u: values.map(() => Number.NaN),
            step: 'percent',
          })
        : [],
    [answer, recipe, values],
  );
}

/** The model of the draft as it is edited, beside the version in force and a measured site. */
export function ModelPanel({ name, recipe, values, inForce, certified, axis, recent, picked, fit, onTake }: ModelPanelProps) {
  const [shown, setShown] = useState<Shown>('curves');
  const held = picked.held?.axis.kind === axisKindOf(recipe) ? picked.held : null;
  const own = held?.axis ?? (axis?.kind === axisKindOf(recipe) ? axis : null);
  const on = useMemo(() => own ?? previewAxis(recipe), [own, recipe]);
  const truncation = previewTruncation(recipe, certified);
  const model = useForwardModel(recipe, on, truncation, values, shown === 'sensitivity');
  const forceOn = inForce !== null && axisKindOf(inForce.recipe) === on.kind ? inForce.recipe : null;
  const force = useForwardModel(
    forceOn,
    on,
    forceOn ? previewTruncation(forceOn, inForce?.truncation ?? null) : null,
    forceOn ? valuesOf(forceOn, {}) : [],
  );
  const { answer, isBehind } = model;
  const inputs = useMemo(
    () =>
      answer?.modelled
        ? draftInputs(
            on,
            { recipe, values: answer.modelled },
            forceOn && force.answer?.modelled && inForce
              ? { recipe: forceOn, values: force.answer.modelled, label: `version ${inForce.version}` }
              : null,
            held,
            name,
          )
        : [],
    [answer, on, recipe, forceOn, force.answer, inForce, held, name],
  );
  const free = recipe.parameters.filter((p) => p.role.kind === 'free').length;
  const quality = held && answer?.modelled ? reducedChi2Of(inputs, free) : null;
  const sensitivity = useSensitivity(recipe, values, shown === 'sensitivity' ? answer : null);
  return (
    <Panel
      title="Model"
      note={
        <span aria-live="polite">
          {quality && Number.isFinite(quality.chi2)
            ? `χ²/ν ${num(quality.chi2, quality.chi2 >= 100 ? 0 : 2)}, limit ${recipe.accept.reducedChi2} · `
            : ''}
          {answer?.milliseconds === undefined ? '' : `${duration(answer.milliseconds)} in this browser`}
          {truncation === null ? '' : `, M = ${truncation}`}
          {own ? '' : ', on an even grid over the range'}
        </span>
      }
      actions={<Tabs label="What is shown" value={shown} options={SHOWN} onChange={setShown} />}
    >
      <MeasuredPicker
        recent={recent}
        picked={picked}
        busy={fit.isBusy}
        library={fit.library}
        onFit={(site: HeldSite) =>
          fit.start({ recipe, axis: site.axis, truncation, channels: site.channels, values: site.values, sigma: site.sigma })
        }
        onStop={fit.stop}
        isFitting={held !== null}
      />
      {fit.answer ? <FitResult fit={fit} onTake={onTake} /> : null}
      {answer?.error && !isBehind ? <InlineError message={`The model gave no answer: ${answer.error.message}`} /> : null}
      <div
        className="grid grid-cols-1 min-[1800px]:grid-cols-2 gap-x-6 gap-y-2"
        aria-busy={isBehind}
        data-model={answer?.id ?? 0}
      >
        {shown === 'curves'
          ? inputs.map((input) => (
              <div key={input.channel} className="min-w-0">
                <SpectrumPlot input={input} height={210} />
              </div>
            ))
          : sensitivity.map((c) => (
              <SensitivityPlot
                key={c.channel}
                title={`Sensitivity of ${c.channel}, ${name}`}
                stepWords="for 1 % of each parameter"
                data={c}
              />
            ))}
        {(shown === 'curves' ? inputs.length === 0 : sensitivity.length === 0) && !answer?.error
          ? recipe.channels.map((c) => <Skeleton key={c.name} height={238} />)
          : null}
      </div>
    </Panel>
  );
}
