'use client';
import Link from 'next/link';
import { useMemo } from 'react';
import type { SpectraEvidence } from '@/lib/services/spectra/views/alert';
import type { SpectrumView } from '@/lib/services/spectra/views/spectrum';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { percent } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { channelInputs } from '@/lib/ui/spectra/channel-curves';
import { chi2Words, siteVerdict, waferVerdict } from '@/lib/ui/spectra/site-status';
import { SpectrumPlot } from '@/lib/ui/spectra/spectrum-plot';
import { useSiteModel } from '../../spectra/[id]/site-panel';

/** Why a station's spectra were refused: the worst site against the model, the station's last wafers, what to check. */
export function SpectraPanels({ data }: { data: SpectraEvidence }) {
  return (
    <>
      {data.refused ? (
        <WorstSite d={data.refused} />
      ) : (
        <Panel title="Refused spectra" empty="These spectra have passed the retention time." />
      )}
      <Checks data={data} />
      <StationWafers rows={data.wafers} current={data.refused?.head.id ?? null} />
    </>
  );
}

const HEIGHT = 170;

function WorstSite({ d }: { d: SpectrumView }) {
  const { index, values, sigma } = d.site;
  const s = d.sites[index];
  const model = useSiteModel(d, s);
  const modelled = model.isBehind ? null : (model.answer?.modelled ?? null);
  const name = waferName(d.head.lot, d.head.slot);
  const inputs = useMemo(
    () =>
      channelInputs(
        { recipe: d.recipe.content, axis: d.axis, channels: d.channels, values, sigma, modelled },
        `${name} site ${index + 1}`,
      ),
    [d, values, sigma, modelled, name, index],
  );
  const verdict = siteVerdict(s?.status ?? null);
  return (
    <Panel
      title="Refused spectra"
      note={
        <>
          <Link prefetch={false} className="link underline" href={`/spectra/${d.head.id}?site=${index + 1}`}>
            {`${name}, worst site ${index + 1} of ${d.sites.length}`}
          </Link>
          {'  '}
          <StatusMark status={verdict.status} text={verdict.word} />
          {`  χ²/ν ${chi2Words(s?.reducedChi2)}, limit ${d.recipe.content.accept.reducedChi2}; not charted`}
        </>
      }
    >
      <div className="grid grid-cols-2 gap-x-6 gap-y-2" aria-busy={model.isBehind}>
        {inputs.map((input) => (
          <div key={input.channel} className="min-w-0" style={{ minHeight: HEIGHT + 134 }}>
            <SpectrumPlot input={input} height={HEIGHT} />
          </div>
        ))}
      </div>
    </Panel>
  );
}

/** In the order in which a metrology engineer excludes them, with what this fab's own data say about each. */
function Checks({ data }: { data: SpectraEvidence }) {
  const { refused, sisters } = data;
  const station = refused?.head.station ?? null;
  const own = sisters.find((s) => s.station === station);
  const others = sisters.filter((s) => s.station !== station);
  const share = (s: SpectraEvidence['sisters'][number]): string =>
    `${s.station} ${percent(s.accepted / Math.max(1, s.sites), 0)}`;
  return (
    <Panel title="What to check" note="the sites were refused for their fit, so no chart or loop has seen them">
      <ol className="list-decimal pl-5 flex flex-col gap-1 text-sm">
        <li>
          <b>Lamp.</b> Residuals that grow towards one end of the axis, and noise with them, are missing light: look at lamp hours
          and intensity, then measure the reference wafer.
        </li>
        <li>
          <b>Calibration.</b> Smooth residuals of one sign over the whole axis are an angle, wavelength or focus that has moved:
          run the calibration of the station.
        </li>
        <li>
          <b>Sample.</b>
          {others.length > 0
            ? ` Accepted sites of the same recipe in this window: ${[...(own ? [own] : []), ...others].map(share).join(', ')}. Where only one station refuses, it is the station; where all do, the wafers or the recipe.`
            : ' No other station ran this recipe in this window: measure one of the wafers again, or on another station, to tell the station from the sample.'}
        </li>
      </ol>
    </Panel>
  );
}

function StationWafers({ rows, current }: { rows: SpectraEvidence['wafers']; current: string | null }) {
  type Row = SpectraEvidence['wafers'][number];
  const columns: Column<Row>[] = [
    {
      key: 'state',
      header: 'State',
      value: (r) => (r.accepted === null ? null : r.accepted / r.sites),
      cell: (r) => {
        const { status, text } = waferVerdict(r.accepted, r.sites);
        return <StatusMark status={status} text={text} />;
      },
    },
    { key: 'wafer', header: 'Wafer', value: (r) => waferName(r.lot, r.slot) },
    { key: 'recipe', header: 'Recipe', value: (r) => r.recipe },
    { key: 'accepted', header: 'Accepted', numeric: true, value: (r) => r.accepted },
    {
      key: 'refused',
      header: 'Refused',
      numeric: true,
      value: (r) => (r.accepted === null ? null : r.sites - r.accepted),
    },
    {
      key: 'chi2',
      header: 'χ²/ν',
      numeric: true,
      value: (r) => r.reducedChi2,
      cell: (r) => chi2Words(r.reducedChi2),
      title: 'Median over the sites',
    },
    { key: 'measured', header: 'Measured', numeric: true, time: (r) => r.measuredMs },
  ];
  return (
    <Panel title="Last wafers of the station" flush>
      <DataTable
        label="Last wafers of the station"
        rows={rows}
        columns={columns}
        rowKey={(r) => r.id}
        rowHref={(r) => `/spectra/${r.id}`}
        selectedKey={current}
        empty="No wafer of this station is kept from around that time."
        maxHeight={320}
      />
    </Panel>
  );
}
