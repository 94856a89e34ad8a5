'use client';
import Link from 'next/link';
import { useMemo } from 'react';
import type { SpectrumSite, SpectrumView } from '@/lib/services/spectra/views/spectrum';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { ExportMenu } from '@/lib/ui/components/export-menu';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { useCsvFile } from '@/lib/ui/components/use-exports';
import { toCsv } from '@/lib/ui/csv';
import { decimalsFor, num, unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { fitFacts, fittedWords, isPhysicalEnd, judgementOf } from '@/lib/ui/recipes/fit-facts';
import { axisWords } from '@/lib/ui/spectra/channel-curves';
import { prepareCorrelation } from '@/lib/ui/spectra/correlation.prepare';
import { CorrelationMap } from '@/lib/ui/spectra/correlation-map';
import { chi2Words, siteVerdict } from '@/lib/ui/spectra/site-status';
import { ChartButton } from '../../chart-this';

interface SiteProps {
  d: SpectrumView;
  site: number;
}

/** Verdict on the site: accepted, or why not and what to do. */
export function VerdictPanel({ d, site }: SiteProps) {
  const s = d.sites[site]!;
  const v = siteVerdict(s.status, s.reducedChi2);
  const { content } = d.recipe;
  const { x } = axisWords(d.axis);
  const points = x.filter((w) => w >= content.range.from && w <= content.range.to).length * content.channels.length;
  const free = content.parameters.filter((p) => p.role.kind === 'free').length;
  const limit = content.accept.reducedChi2;
  const facts =
    s.status === null
      ? []
      : fitFacts(judgementOf(content, s), s.status, limit, (n) => content.parameters.find((p) => p.name === n)?.label || n);
  return (
    <Panel title={`Fit of site ${site + 1}`}>
      <p className="mb-1">
        <StatusMark status={v.status} text={v.word} />
      </p>
      <p className="text-sm text-ink-2">{v.because}</p>
      {s.status !== null && s.status !== 'accepted' ? (
        <p className="text-sm mt-1">
          <b>Its values were not charted and are missing from the maps.</b>
        </p>
      ) : null}
      {v.remedy ? <p className="text-sm text-ink-2 mt-1">{v.remedy}</p> : null}
      {s.status === null ? null : (
        <div className="mt-2">
          <Facts
            facts={[
              [
                'χ²/ν',
                <span key="chi2" className="inline-flex items-center gap-1">
                  {`${chi2Words(s.reducedChi2)}, limit ${num(limit, limit % 1 === 0 ? 0 : 2)}`}
                  <ChartButton characteristic="fit.chi2" />
                </span>,
              ],
              ['ν', `${points - free}: ${points} values, ${free} free parameters`],
              ['Iterations', `${s.iterations} of at most ${content.fit.maxIterations}`],
            ]}
          />
        </div>
      )}
      {facts.map((f) => (
        <p key={f.text} className="text-sm mt-1">
          <StatusMark status={f.status} text={f.text} wrap />
        </p>
      ))}
      {s.warnings.length > 0 ? (
        <ul className="mt-2 text-sm" aria-label="Warnings of the fit">
          {s.warnings.map((w) => (
            <li key={w}>
              <StatusMark status={s.status === 'accepted' ? 'warn' : 'out'} text={w} wrap />
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  );
}

type Parameter = SpectrumView['recipe']['content']['parameters'][number];

function roleWords(p: Parameter): string {
  if (p.role.kind === 'free') return p.role.shared === 'wafer' ? 'free, common to the wafer' : 'free';
  if (p.role.kind === 'fixed') return 'fixed';
  if (p.role.kind === 'fed') return 'fed in';
  return `tied to ${p.role.terms.map((t) => t.parameter).join(', ')}`;
}

function boundOf(p: Parameter, value: number | undefined): string | null {
  if (p.role.kind !== 'free' || value === undefined || isPhysicalEnd(p, value)) return null;
  return value <= p.role.lower ? 'at the lower bound' : value >= p.role.upper ? 'at the upper bound' : null;
}

/** Values with their uncertainties, starting values and bounds. */
export function ParametersPanel({ d, site }: SiteProps) {
  const s = d.sites[site]!;
  const { parameters } = d.recipe.content;
  const name = waferName(d.head.lot, d.head.slot);
  return (
    <Panel title="Parameters" note={`site ${site + 1}; ± is one standard uncertainty`} flush>
      <div className="overflow-auto">
        <table className="grid-table">
          <caption className="sr-only">{`Parameters of ${name} site ${site + 1}`}</caption>
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col" className="num">
                Value
              </th>
              <th scope="col" className="num">
                Start, bounds
              </th>
            </tr>
          </thead>
          <tbody>
            {parameters.map((p, i) => (
              <ParameterRow key={p.name} d={d} p={p} s={s} i={i} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function ParameterRow({ d, p, s, i }: { d: SpectrumView; p: Parameter; s: SpectrumSite; i: number }) {
  const value = s.values[i];
  const u = s.u[i];
  const unit = unitLabel(p.unit);
  const bound = boundOf(p, value);
  const map = d.maps.find((m) => m.parameter === p.name)?.measurementId;
  const chart = d.charts.find((c) => c.parameter === p.reportAs);
  const plain = (v: number): string => num(v, Math.min(6, (String(v).split('.')[1] ?? '').length));
  return (
    <tr className="align-top">
      <th scope="row" className="whitespace-normal! font-normal! static! bg-transparent! border-b! border-hairline!">
        <span className="text-ink">{p.label || p.name}</span>
        {p.reportAs === null ? null : <ChartButton characteristic="measurement.mean" parameter={p.reportAs} />}
        <span className="block text-ink-3">
          {p.name}
          {`, ${roleWords(p)}`}
        </span>
        {map || chart ? (
          <span className="flex gap-3">
            {map ? (
              <Link prefetch={false} className="link" href={`/wafers/${map}`}>
                map
              </Link>
            ) : null}
            {chart ? (
              <Link prefetch={false} className="link" href={`/spc/${chart.chartId}?point=${chart.measurementId}`}>
                {chart.isOut ? 'chart, rule fired' : 'chart'}
              </Link>
            ) : null}
          </span>
        ) : null}
      </th>
      <td className="num align-top!">
        {value === undefined ? '–' : fittedWords(value, u, isPhysicalEnd(p, value))}
        {unit ? ` ${unit}` : ''}
        {bound ? (
          <span className="block whitespace-normal">
            <StatusMark status="out" text={bound} wrap />
          </span>
        ) : null}
        {u === Number.POSITIVE_INFINITY ? (
          <span className="block text-ink-2 whitespace-normal">not determined by the spectrum</span>
        ) : null}
      </td>
      <td className="num align-top!">
        {plain(p.value)}
        {p.role.kind === 'free' ? (
          <span className="block text-ink-3">{`${plain(p.role.lower)} to ${plain(p.role.upper)}`}</span>
        ) : null}
        {p.role.kind === 'fed' ? <span className="block text-ink-3">{`u ${num(p.role.u, decimalsFor(p.role.u))}`}</span> : null}
      </td>
    </tr>
  );
}

/** Which free parameters the spectrum can distinguish. */
export function CorrelationPanel({ d, site }: SiteProps) {
  const s = d.sites[site]!;
  const { parameters } = d.recipe.content;
  const model = useMemo(() => {
    const free = parameters.flatMap((p, at) => (p.role.kind === 'free' ? [{ at, label: p.name }] : []));
    return prepareCorrelation(s.covariance, parameters.length, free);
  }, [s, parameters]);
  const save = useCsvFile();
  const title = `Correlation ${waferName(d.head.lot, d.head.slot)} site ${site + 1}`;
  const { strongest } = model;
  return (
    <Panel
      title="Correlation"
      empty={s.covariance.length === 0 ? 'No fit yet.' : undefined}
      actions={
        <ExportMenu
          items={[
            {
              label: 'CSV of the matrix',
              run: () =>
                save(
                  title,
                  toCsv(
                    ['parameter', ...model.labels.map((l) => `correlation with ${l}`)],
                    model.rows.map((r, i) => [model.labels[i], ...r]),
                  ),
                ),
            },
          ]}
        />
      }
    >
      <CorrelationMap label={title} model={model} />
      {strongest ? (
        <p className="text-sm text-ink-2 mt-1">
          {`Strongest: ${strongest.a} with ${strongest.b}, ${num(strongest.value, 2)}.${Math.abs(strongest.value) > 0.95 ? ' They can hardly be told apart: a change of one can be taken for a change of the other.' : ''}`}
        </p>
      ) : null}
    </Panel>
  );
}

/** How many harmonics the recipe's model uses, and the truncation error that remains. */
export function CertificatePanel({ d }: { d: SpectrumView }) {
  const { certificate: c, content, id, name, version } = d.recipe;
  const link = (
    <Link prefetch={false} className="link underline" href={`/recipes/${id}`}>
      {`Recipe ${name}`}
    </Link>
  );
  const { sample } = content;
  if (sample.kind !== 'line-grating') return null;
  return (
    <Panel title="Convergence" note={`of version ${version}`}>
      {c === null ? (
        <p className="text-sm text-ink-2">
          {`The recipe sets M = ${sample.truncation ?? 0} itself, without an order sweep. `}
          {link}
        </p>
      ) : (
        <>
          <Facts
            facts={[
              ['Harmonics', `M = ${c.truncation}, ${2 * c.truncation + 1} in all`],
              ['Error estimate', `${c.errorEstimate.toExponential(1).replace('-', '−')} of a reflectance`],
              ['Tolerance', c.tolerance.toExponential(0).replace('-', '−')],
              [
                'State',
                <StatusMark key="s" status={c.isReached ? 'ok' : 'out'} text={c.isReached ? 'reached' : 'not reached'} />,
              ],
            ]}
          />
          <p className="text-sm mt-1">{link}</p>
        </>
      )}
    </Panel>
  );
}
