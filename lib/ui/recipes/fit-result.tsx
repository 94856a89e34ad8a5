'use client';
import { useMemo } from 'react';
import { InlineError } from '../components/panel';
import { StatusMark } from '../components/status-mark';
import { duration, num, unitLabel } from '../format';
import { prepareCorrelation } from '../spectra/correlation.prepare';
import { CorrelationMap } from '../spectra/correlation-map';
import { siteVerdict } from '../spectra/site-status';
import { fitFacts, fittedWords } from './fit-facts';
import type { FitState } from './use-site-fit';

/** The draft's fit of the measured site: values ± u, their correlation, and whether they would be charted. */
export function FitResult({ fit, onTake }: { fit: FitState; onTake: (values: Readonly<Record<string, number>>) => void }) {
  const { answer, request } = fit;
  const found = answer?.fit;
  const parameters = request?.recipe.parameters;
  const correlation = useMemo(
    () =>
      found && parameters
        ? prepareCorrelation(
            found.covariance,
            parameters.length,
            parameters.flatMap((p, at) => (p.role.kind === 'free' ? [{ at, label: p.name }] : [])),
          )
        : null,
    [found, parameters],
  );
  if (answer?.error) return <InlineError message={`The fit did not run: ${answer.error}`} />;
  if (!found || !parameters || !correlation) return null;
  const v = siteVerdict(found.status, found.reducedChi2);
  const facts = fitFacts(
    found,
    found.status,
    request.recipe.accept.reducedChi2,
    (name) => parameters.find((p) => p.name === name)?.label || name,
  );
  const isKnown = found.values.every((x) => Number.isFinite(x));
  return (
    <section aria-label="Fit of the measured site" className="mt-2 border-t border-hairline pt-2">
      <p className="flex items-center gap-3 flex-wrap text-sm">
        <StatusMark status={v.status} text={v.word} />
        <span className="text-ink-2">
          {`χ²/ν ${num(found.reducedChi2, 2)}, ${found.iterations} iterations, ${duration(answer?.milliseconds)}, ${request.recipe.fit.library ? 'from the nearest spectrum of the library' : 'from the start values of the draft'}`}
        </span>
        <button
          type="button"
          className="btn h-6! px-2! text-sm! ml-auto"
          disabled={!isKnown}
          onClick={() =>
            onTake(Object.fromEntries(parameters.flatMap((p, i) => (p.role.kind === 'free' ? [[p.name, found.values[i]!]] : []))))
          }
        >
          Show these values
        </button>
      </p>
      {parameters.some((p) => p.role.kind === 'free' && p.role.shared === 'wafer') ? (
        <p className="text-sm text-ink-2">
          What is common to the wafer is fitted here on this site alone: its uncertainty is larger than that of a whole wafer.
        </p>
      ) : null}
      <p className="text-sm text-ink-2">{v.because}</p>
      {facts.map((f) => (
        <p key={f.text} className="text-sm">
          <StatusMark status={f.status} text={f.text} wrap />
        </p>
      ))}
      {found.warnings.map((w) => (
        <p key={w} className="text-sm">
          <StatusMark status={found.status === 'accepted' ? 'warn' : 'out'} text={w} wrap />
        </p>
      ))}
      <div className="flex flex-wrap gap-x-8 gap-y-2 items-start mt-1">
        <table className="grid-table w-auto!">
          <caption className="sr-only">Fitted values with standard uncertainties</caption>
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col" className="num">
                Value ± u
              </th>
              <th scope="col">Unit</th>
            </tr>
          </thead>
          <tbody>
            {parameters.map((p, i) => (
              <tr key={p.name}>
                <td>{p.label || p.name}</td>
                <td className="num">{fittedWords(found.values[i], found.u[i], found.oneSided.includes(p.name))}</td>
                <td>{unitLabel(p.unit)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {correlation.labels.length > 1 ? <CorrelationMap label="Correlation of the free parameters" model={correlation} /> : null}
      </div>
    </section>
  );
}
