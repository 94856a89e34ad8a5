'use client';
import type { SurrogateInfo } from '@/lib/services/recipes/surrogates';
import type { RecipeView } from '@/lib/services/recipes/views/recipes';
import { Gate, needsRole } from '@/lib/ui/components/gate';
import { Panel } from '@/lib/ui/components/panel';
import { num, percent } from '@/lib/ui/format';
import { PeriodicRefresh } from '@/lib/ui/hooks/live';
import { Ago } from '@/lib/ui/hooks/now';
import { useAction } from '@/lib/ui/hooks/use-action';
import { ErrorMap } from '@/lib/ui/recipes/error-map';
import { prepareErrorMap } from '@/lib/ui/recipes/error-map.prepare';
import { endSurrogate, trainSurrogate } from './actions';

const WORDS = {
  training: 'in training',
  stopped: 'stopped; it goes on from where it was',
  ready: 'in use: fits begin with it and are confirmed by the rigorous model',
  failed: 'failed',
  retired: 'out of use',
} as const;
const PHASES = { sampling: 'rigorous spectra', training: 'epochs', checking: 'held-back spectra' } as const;

/** The network that stands in for the model of the version in force: its training, its error on unseen spectra, its speed. */
export function SurrogatePanel({
  recipeId,
  version,
  may,
  list,
  parameters,
}: {
  recipeId: string;
  version: number;
  may: boolean;
  list: readonly SurrogateInfo[];
  /** Of the version in force. */
  parameters: RecipeView['content']['parameters'];
}) {
  const { busy, run } = useAction();
  const s = list.find((q) => q.version === version) ?? null;
  const canStart = s === null || s.state === 'stopped' || s.state === 'failed';
  const canStop = s?.state === 'training' || s?.state === 'ready';
  return (
    <div className="mt-3">
      {s?.state === 'training' ? <PeriodicRefresh everyMs={5000} /> : null}
      <Panel title="Surrogate" note={s ? `version ${s.version}, ${WORDS[s.state]}` : `none for version ${version}`}>
        <div className="flex flex-col gap-2 text-sm">
          {s === null ? (
            <p className="text-ink-2 max-w-[110ch]">
              A network trained on this recipe’s own model finds each fit’s minimum in microseconds; the rigorous model then
              confirms it, or fits on. It is trained by the workers, on the axis of the newest spectra.
            </p>
          ) : null}
          {s?.state === 'training' && s.progress === null ? (
            <p className="text-ink-2">Waiting for a worker, or in its first seconds.</p>
          ) : null}
          {s?.progress && s.state !== 'ready' ? (
            <div className="flex items-center gap-3">
              <progress className="w-64" value={s.progress.done} max={s.progress.total} aria-label="Progress of the training" />
              <span>{`${s.progress.done} of ${s.progress.total} ${PHASES[s.progress.phase]}${s.progress.loss === null ? '' : `, loss ${s.progress.loss.toExponential(1)}`}`}</span>
              <Ago at={s.updatedMs} />
            </div>
          ) : null}
          {s?.error ? <p className="status-out">{s.error}</p> : null}
          {s?.result ? <Result result={s.result} parameters={parameters} /> : null}
          <div className="flex gap-2">
            <Gate waits={may ? null : needsRole('engineer')} busy={busy}>
              {(gated) => (
                <>
                  {canStart ? (
                    <button type="button" className="btn" {...gated} onClick={() => run(() => trainSurrogate(recipeId))}>
                      {s === null ? 'Train a surrogate' : 'Go on with the training'}
                    </button>
                  ) : null}
                  {canStop && s ? (
                    <button type="button" className="btn" {...gated} onClick={() => run(() => endSurrogate(s.id))}>
                      {s.state === 'training' ? 'Stop the training' : 'Take it out of use'}
                    </button>
                  ) : null}
                </>
              )}
            </Gate>
          </div>
        </div>
      </Panel>
    </div>
  );
}

function Result({
  result: r,
  parameters,
}: {
  result: NonNullable<SurrogateInfo['result']>;
  parameters: RecipeView['content']['parameters'];
}) {
  const known = r.rmsByCell.filter((v): v is number => v !== null);
  const facts: [string, string][] = [
    [
      'Error on held-back spectra',
      `${num(r.rmsSigma, 2)} σ rms, at most ${num(r.maximum, 3)} in the channels’ units (${r.heldBack} spectra)`,
    ],
    [
      'Over the parameter box',
      `${num(Math.min(...known), 2)} to ${num(Math.max(...known), 2)} σ rms in ${known.length} cells with spectra (${percent(known.length / r.rmsByCell.length)} of all)`,
    ],
    [
      'Speed',
      `${num(r.surrogateMs * 1000, 1)} µs per spectrum against ${num(r.rigorousMs, 1)} ms rigorous: ${num(r.speedUp, 0)} times`,
    ],
  ];
  return (
    <>
      <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-2">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3 className="font-medium mt-1">Error over the parameter box, σ rms of held-back spectra</h3>
      <ErrorMap tables={prepareErrorMap(parameters, r.cells, r.rmsByCell)} />
    </>
  );
}
