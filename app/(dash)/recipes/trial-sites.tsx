'use client';
import { useMemo, useState } from 'react';
import type { TrialSites } from '@/lib/services/recipes/views/trial';
import { ExportFacts } from '@/lib/ui/components/export-facts';
import { ExportMenu } from '@/lib/ui/components/export-menu';
import { InlineError, Skeleton } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { Tabs } from '@/lib/ui/components/tabs';
import { useCsvFile } from '@/lib/ui/components/use-exports';
import { toCsv } from '@/lib/ui/csv';
import { decimalsFor, num, signed, withU } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { WaferMap } from '@/lib/ui/maps/wafer-map';
import { fetchTrialSites } from './actions';
import { prepareTrialSites, type TrialSiteRow, trialTable } from './trial-sites.prepare';

const MAP_SIZE = 320;

/** The difference of a trial site by site, read on demand: a map and a table of one wafer and parameter, and all of it as CSV. */
export function TrialSitesPart({ trialId, done, recipe }: { trialId: string; done: number; recipe: string }) {
  const [read, setRead] = useState<{ sites: TrialSites; key: string } | null>(null);
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');
  const key = `${trialId} ${done}`;
  const load = async (): Promise<void> => {
    setState('busy');
    try {
      setRead({ sites: await fetchTrialSites(trialId), key });
      setState('idle');
    } catch {
      setState('failed');
    }
  };
  if (state === 'failed')
    return <InlineError message="The sites of this trial could not be read: ask for them again, or reload the page." />;
  if (state === 'busy') return <Skeleton height={MAP_SIZE} />;
  if (read === null || read.key !== key)
    return (
      <button type="button" className="btn h-7! mt-2" onClick={() => void load()}>
        Show site by site
      </button>
    );
  return (
    <ExportFacts facts={[['recipe', recipe]]}>
      <Sites t={read.sites} recipe={recipe} />
    </ExportFacts>
  );
}

function Sites({ t, recipe }: { t: TrialSites; recipe: string }) {
  const [wafer, setWafer] = useState(0);
  const [parameter, setParameter] = useState('0');
  const [site, setSite] = useState(-1);
  const model = useMemo(() => prepareTrialSites(t, wafer, Number(parameter)), [t, wafer, parameter]);
  const file = useCsvFile();
  const save = (): void => {
    const { header, rows } = trialTable(t);
    file(`trial ${recipe}`, toCsv(header, rows));
  };
  if (model === null) return <p className="mt-2 text-ink-2">No version in force to compare with, site by site.</p>;
  const hasValues = model.map.value.length > 0 && Array.from(model.map.value).some((v) => !Number.isNaN(v));
  return (
    <section aria-label="Difference site by site" className="mt-3">
      <div className="flex flex-wrap items-center gap-3">
        <label className="flex items-center gap-1 text-sm">
          Wafer
          <select
            className="field h-7! text-sm!"
            value={wafer}
            onChange={(e) => {
              setWafer(Number(e.target.value));
              setSite(-1);
            }}
          >
            {t.wafers.map((w, k) => (
              <option key={w.spectrumId} value={k}>
                {waferName(w.lot, w.slot)}
              </option>
            ))}
          </select>
        </label>
        {t.parameters.length > 1 ? (
          <Tabs
            label="Parameter"
            value={parameter}
            options={t.parameters.map((p, k) => ({ value: String(k), label: p.label || p.name }))}
            onChange={setParameter}
          />
        ) : null}
        <span className="ml-auto">
          <ExportMenu items={[{ label: 'CSV of all wafers and sites', run: save }]} />
        </span>
      </div>
      <div className="flex flex-wrap gap-x-6 gap-y-2 items-start mt-2">
        <WaferMap
          title={model.title}
          input={model.map}
          kind={hasValues ? 'contour' : 'site'}
          scale={model.scale}
          size={MAP_SIZE}
          {...(site < 0 ? {} : { selected: site })}
          onSelect={setSite}
          showScale={hasValues}
        />
        <SiteTable title={model.title} unit={model.unit} rows={model.rows} site={site} />
      </div>
    </section>
  );
}

function SiteTable({ title, unit, rows, site }: { title: string; unit: string; rows: readonly TrialSiteRow[]; site: number }) {
  const decimals = (r: TrialSiteRow): number => decimalsFor(Math.max(r.uDraft, r.uBase));
  return (
    <div className="overflow-auto max-h-96 min-w-0 grow">
      <table className="grid-table">
        <caption className="sr-only">{title}</caption>
        <thead>
          <tr>
            <th scope="col">Site</th>
            <th scope="col" className="num">
              x, y, mm
            </th>
            <th scope="col" className="num">{`In force, ${unit}`}</th>
            <th scope="col" className="num">{`Draft, ${unit}`}</th>
            <th scope="col" className="num">{`Shift, ${unit}`}</th>
            <th scope="col" className="num">
              In u
            </th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r.site} aria-selected={r.site - 1 === site}>
              <td>{r.site}</td>
              <td className="num">{`${num(r.x, 1)}, ${num(r.y, 1)}`}</td>
              <td className="num">{withU(r.base, r.uBase)}</td>
              <td className="num">{withU(r.draft, r.uDraft)}</td>
              <td className="num">{signed(r.shift, decimals(r))}</td>
              <td className="num">{num(r.shiftInU, 2)}</td>
              <td>{r.isChanged ? <StatusMark status="warn" text={r.state} /> : r.state}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
