'use client';
import Link from 'next/link';
import { stateWords } from '@/lib/services/alerts/states';
import type { SpectrumView } from '@/lib/services/spectra/views/spectrum';
import { EvidencePanel } from '@/lib/ui/components/evidence-panel';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { ExportMenu } from '@/lib/ui/components/export-menu';
import { PageHead } from '@/lib/ui/components/panel';
import { StatusMark, severityStatus } from '@/lib/ui/components/status-mark';
import { useCsvFile } from '@/lib/ui/components/use-exports';
import { toCsv } from '@/lib/ui/csv';
import { absoluteTime } from '@/lib/ui/format';
import { PeriodicRefresh } from '@/lib/ui/hooks/live';
import { Ago } from '@/lib/ui/hooks/now';
import { waferName } from '@/lib/ui/links';
import { waferVerdict } from '@/lib/ui/spectra/site-status';
import { STATUS_MARK } from '@/lib/ui/tokens';
import { markOf } from '../../alerts/state-words';
import { CertificatePanel, CorrelationPanel, ParametersPanel, VerdictPanel } from './fit-panels';
import { fitTable } from './fit-table';
import { MapsPanel } from './maps-panel';
import { CurvesPanel, SensitivityPanel, useSiteModel } from './site-panel';
import { useChosenSite } from './use-site';

/** One wafer's spectra: maps of the fitted parameters, measured against fitted curves at a site, and how far they can be trusted. */
export function SpectrumPageView({ data: d }: { data: SpectrumView }) {
  const chosen = useChosenSite(d);
  const model = useSiteModel(d, d.sites[chosen.index]);
  const { index } = chosen;
  return (
    <>
      {d.head.fittedMs === null ? <PeriodicRefresh everyMs={3000} /> : null}
      <Head d={d} />
      <Notices d={d} />
      <LotStrip d={d} />
      <div className="flex flex-col gap-3">
        <MapsPanel d={d} site={index} onSite={chosen.choose} />
        <ExportFacts facts={[['site', index + 1]]}>
          <div className="grid grid-cols-[minmax(0,1fr)_360px] 2xl:grid-cols-[minmax(0,1fr)_400px] gap-3 items-start">
            <div className="flex flex-col gap-3 min-w-0">
              <CurvesPanel d={d} chosen={chosen} model={model} />
              <SensitivityPanel d={d} chosen={chosen} model={model} />
            </div>
            <div className="flex flex-col gap-3 min-w-0">
              <VerdictPanel d={d} site={index} />
              <ParametersPanel d={d} site={index} />
              <CorrelationPanel d={d} site={index} />
              <CertificatePanel d={d} />
              <Record d={d} />
            </div>
          </div>
        </ExportFacts>
      </div>
    </>
  );
}

function Head({ d }: { d: SpectrumView }) {
  const { head, recipe } = d;
  const { status, text } = waferVerdict(
    head.fittedMs === null ? null : d.sites.filter((s) => s.status === 'accepted').length,
    d.sites.length,
  );
  const name = waferName(head.lot, head.slot);
  const save = useCsvFile();
  const saveFits = (): void => {
    const t = fitTable(d);
    save(`fits ${name} ${recipe.name}`, toCsv(t.header, t.rows));
  };
  return (
    <PageHead
      title={
        <>
          {`${name} · ${recipe.name} `}
          <span className="text-base font-normal">
            <StatusMark status={status} text={text} />
          </span>
        </>
      }
      sub={
        <>
          {`${head.operation}, ${head.layer} of ${head.product} · `}
          {head.runId ? (
            <>
              <Link prefetch={false} className="link underline" href={`/runs/${head.runId}`}>
                {`${head.tool ?? ''} ${head.chamber ?? ''}`.trim()}
              </Link>
              {' · '}
            </>
          ) : null}
          <Link prefetch={false} className="link underline" href={`/recipes/${recipe.id}`}>
            {`recipe version ${recipe.version}`}
          </Link>
          {` · measured on ${head.station} `}
          <Ago at={head.measuredMs} />
        </>
      }
      actions={
        <ExportMenu
          items={[
            ...(head.fittedMs === null ? [] : [{ label: 'CSV of the fits', run: saveFits }]),
            { label: 'CSV of the spectra', run: () => window.location.assign(`/spectra/${head.id}/rows`) },
          ]}
        />
      }
    />
  );
}

function Notices({ d }: { d: SpectrumView }) {
  const { recipe } = d;
  const isOlder = recipe.version < recipe.latest && d.head.fittedMs !== null;
  if (!isOlder && d.alerts.length === 0) return null;
  return (
    <ul className="mb-3 flex flex-col gap-1">
      {isOlder ? (
        <li>
          <StatusMark
            status="warn"
            text={`The recipe has changed since: these values are of version ${recipe.version}, version ${recipe.latest} is in force.`}
          />{' '}
          <Link prefetch={false} className="link underline" href={`/recipes/${recipe.id}`}>
            See what changed
          </Link>
        </li>
      ) : null}
      {d.alerts.map((a) => (
        <li key={a.id}>
          <Link prefetch={false} href={`/alerts/${a.id}`} className="hover:underline">
            <StatusMark status={markOf(a.state, severityStatus(a.severity))} text={`${stateWords(a.state)} alert: ${a.title}`} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

function LotStrip({ d }: { d: SpectrumView }) {
  return (
    <nav aria-label={`Wafers of ${d.head.lot}`} className="mb-3 flex flex-wrap items-center gap-1 text-sm">
      <Link prefetch={false} className="link mr-2" href={`/spectra?lot=${encodeURIComponent(d.head.lot)}`}>
        {`Lot ${d.head.lot}`}
      </Link>
      {d.lot.map((w) => {
        const { status, text } = waferVerdict(w.accepted, w.sites);
        const isHere = w.id === d.head.id;
        return (
          <Link
            key={w.id}
            prefetch={false}
            href={`/spectra/${w.id}`}
            aria-current={isHere ? 'page' : undefined}
            title={`wafer ${w.slot}: ${text}`}
            className={`inline-flex items-center gap-1 px-1.5 h-6 border rounded ${isHere ? 'border-accent bg-accent-wash' : 'border-hairline hover:bg-sunken'}`}
          >
            {w.slot}
            <span className={`status-${status}`} aria-hidden="true">
              {STATUS_MARK[status].glyph}
            </span>
            <span className="sr-only">{text}</span>
          </Link>
        );
      })}
    </nav>
  );
}

function Record({ d }: { d: SpectrumView }) {
  const { head } = d;
  const measured = d.maps.flatMap((m) =>
    m.measurementId === null ? [] : [{ label: `Map of ${m.label}`, href: `/wafers/${m.measurementId}` }],
  );
  return (
    <EvidencePanel
      title="Record"
      facts={[
        ['Key', head.key],
        ['Plan', `${head.plan}, ${d.sites.length} sites`],
        ['Measured', absoluteTime(head.measuredMs)],
        ['Received', absoluteTime(head.receivedMs)],
        ['Fitted', head.fittedMs === null ? 'not yet' : absoluteTime(head.fittedMs)],
        ['Code', head.codeVersion],
      ]}
      links={[
        ...measured,
        ...(head.runId ? [{ label: 'Run and traces', href: `/runs/${head.runId}` }] : []),
        { label: 'The lot, all steps', href: `/wafers?lot=${encodeURIComponent(head.lot)}` },
      ]}
    />
  );
}
