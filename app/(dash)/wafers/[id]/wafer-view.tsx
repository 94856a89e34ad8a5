'use client';
import Link from 'next/link';
import { useMemo, useRef, useState } from 'react';
import { stateWords } from '@/lib/services/alerts/states';
import type { WaferView } from '@/lib/services/wafers/views/wafer';
import { RadialProfile } from '@/lib/ui/charts/radial-profile';
import { type EvidenceLink, EvidencePanel, Facts } from '@/lib/ui/components/evidence-panel';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { StatusMark, severityStatus } from '@/lib/ui/components/status-mark';
import { Tabs } from '@/lib/ui/components/tabs';
import { absoluteTime, decimalsFor, num, shortTime, unitLabel, withUnit } from '@/lib/ui/format';
import { useUrlState } from '@/lib/ui/hooks/use-url-state';
import { useWidth } from '@/lib/ui/hooks/use-width';
import { waferName } from '@/lib/ui/links';
import { sharedScale } from '@/lib/ui/maps/colour-scale';
import { ScaleBar } from '@/lib/ui/maps/scale-bar';
import { WaferGallery } from '@/lib/ui/maps/wafer-gallery';
import { WaferMap } from '@/lib/ui/maps/wafer-map';
import { markOf } from '../../alerts/state-words';
import { ChartButton } from '../../chart-this';
import { MAP_KINDS, mapInput, mapKind } from '../map-input';
import { PointsPanel, ZernikePanel } from './shape';
import { StatisticsPanel } from './statistics-panel';

/** One measured wafer: measured, fitted and residual maps, its shape in Zernike terms, its statistics, and links. */
export function WaferPageView({ data: d }: { data: WaferView }) {
  const { head, map, zernike } = d;
  const unit = unitLabel(head.unit);
  return (
    <>
      <PageHead
        title={`${waferName(head.lot, head.slot)} · ${withUnit(head.parameter, head.unit)}`}
        sub={`${head.operation}, ${head.layer} of ${head.product}${head.tool ? ` · ${head.tool} ${head.chamber ?? ''}` : ''} · measured ${absoluteTime(head.measuredMs)} on ${head.station}`}
        actions={
          <>
            {d.neighbours.before ? (
              <Link className="btn" href={`/wafers/${d.neighbours.before}`}>
                Wafer before
              </Link>
            ) : null}
            {d.neighbours.after ? (
              <Link className="btn" href={`/wafers/${d.neighbours.after}`}>
                Wafer after
              </Link>
            ) : null}
          </>
        }
      />
      <Notices d={d} />
      <div className="grid grid-cols-[minmax(0,1fr)_320px] 2xl:grid-cols-[minmax(0,1fr)_380px] gap-3 items-start">
        <div className="flex flex-col gap-3 min-w-0">
          <MapsPanel d={d} />
          <LotPanel d={d} />
          <div className="grid grid-cols-2 gap-3 items-start">
            <ZernikePanel d={d} />
            <div className="flex flex-col gap-3 min-w-0">
              <Panel
                title="Radial profile"
                note="sites, and the mean of each ring"
                actions={<ChartButton characteristic="zone.slope" />}
              >
                <RadialProfile
                  title={`${waferName(head.lot, head.slot)} ${head.parameter} against radius`}
                  unit={unit}
                  radius={map.x.map((x, i) => Math.hypot(x, map.y[i]!))}
                  value={map.value}
                  radiusMm={map.radiusMm}
                  rings={Array.from(d.profile.radiusMm, (radius, i) => ({ radius, mean: d.profile.mean[i]! }))}
                  height={240}
                />
              </Panel>
              <PointsPanel d={d} />
            </div>
          </div>
        </div>
        <div className="flex flex-col gap-3">
          <StatisticsPanel d={d} />
          <Panel
            title="Model"
            empty={
              zernike
                ? undefined
                : d.unfitted !== null
                  ? `This wafer could not be fitted: ${d.unfitted}`
                  : 'No Zernike fit yet. The spatial stage makes it within seconds of the measurement; see the queue on the system page.'
            }
          >
            {zernike ? (
              <Facts
                facts={[
                  ['Order', `${zernike.order}, ${zernike.coefficients.length} terms`],
                  ['Unit radius', `${num(zernike.radiusMm, 0)} mm`],
                  ['Sites used', String(d.statistics.n)],
                  ['Rank', `${zernike.rank} of ${zernike.coefficients.length}`],
                  ['Condition number', num(zernike.condition, 1)],
                  ['Degrees of freedom', String(zernike.dof)],
                  ['R²', num(zernike.r2, 4)],
                  [
                    'Residual sigma',
                    <span key="r" className="inline-flex items-center gap-1">
                      {`${num(zernike.residualRms, decimalsFor(zernike.residualRms / 10))} ${unit}`}
                      <ChartButton characteristic="zernike.residual" />
                    </span>,
                  ],
                  zernike.isWeighted ? ['Residual / stated u', num(zernike.residualSigma, 2)] : null,
                  ['Code', zernike.codeVersion],
                ]}
              />
            ) : null}
          </Panel>
          <EvidencePanel
            title="Record"
            facts={[
              ['Key', head.key],
              ['Plan', `${head.plan}, ${map.value.length} sites`],
              ['Processed', head.processedMs === null ? 'no run found' : absoluteTime(head.processedMs)],
              ['Received', absoluteTime(head.receivedMs)],
            ]}
            links={linksOf(d)}
          />
        </div>
      </div>
    </>
  );
}

function linksOf(d: WaferView): EvidenceLink[] {
  return [
    ...(d.map.spectrumId ? [{ label: 'Spectra and their fit', href: `/spectra/${d.map.spectrumId}` }] : []),
    ...(d.head.runId ? [{ label: 'Run and traces', href: `/runs/${d.head.runId}` }] : []),
    { label: 'The lot', href: `/lots/${encodeURIComponent(d.head.lot)}`, detail: d.head.lot },
    { label: 'The lot, all steps', href: `/wafers?lot=${encodeURIComponent(d.head.lot)}` },
    ...d.others.map((o) => ({
      label: `${o.operation} ${o.parameter}`,
      href: `/wafers/${o.id}`,
      detail: shortTime(o.measuredMs),
    })),
  ];
}

function Notices({ d }: { d: WaferView }) {
  const { head } = d;
  if (d.alerts.length === 0 && !head.supersededBy && !head.revises) return null;
  return (
    <ul className="mb-3 flex flex-col gap-1">
      {head.supersededBy ? (
        <li>
          <StatusMark status="warn" text="This measurement was corrected later." />{' '}
          <Link href={`/wafers/${head.supersededBy}`} className="link">
            See the revision in force
          </Link>
        </li>
      ) : null}
      {head.revises ? (
        <li>
          <StatusMark status="idle" text="This is a correction." />{' '}
          <Link href={`/wafers/${head.revises}`} className="link">
            See what it replaced
          </Link>
        </li>
      ) : null}
      {d.alerts.map((a) => (
        <li key={a.id}>
          <Link href={`/alerts/${a.id}`} className="hover:underline">
            <StatusMark status={markOf(a.state, severityStatus(a.severity))} text={`${stateWords(a.state)} alert: ${a.title}`} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

function MapsPanel({ d }: { d: WaferView }) {
  const { map, zernike, head } = d;
  const [kindText, setKind] = useUrlState('map');
  const kind = mapKind(kindText);
  const [site, setSite] = useState(-1);
  const limits = useMemo(() => ({ lower: head.lsl, upper: head.usl }), [head]);
  const values = useMemo(
    () => sharedScale('viridis', zernike ? [map.value, zernike.extremes] : [map.value], { limits }),
    [map, zernike, limits],
  );
  const residuals = useMemo(() => (zernike ? sharedScale('diverging', [zernike.residual], { centre: 0 }) : null), [zernike]);
  const measured = useMemo(() => ({ ...mapInput(map), quantity: head.parameter }), [map, head]);
  const fit = useMemo(() => (zernike ? { ...mapInput(map, zernike.fit), quantity: 'fit' } : null), [map, zernike]);
  const residual = useMemo(() => (zernike ? { ...mapInput(map, zernike.residual), quantity: 'residual' } : null), [map, zernike]);
  const name = waferName(head.lot, head.slot);
  const root = useRef<HTMLDivElement>(null);
  const size = Math.max(200, Math.min(420, Math.floor((useWidth(root, 716) - 2 * GAP) / 3)));
  return (
    <Panel
      title="Map"
      note="measured and fitted on one scale; the notch is at the bottom"
      actions={
        <Tabs label="Kind of map" value={kind} options={MAP_KINDS} onChange={(v) => setKind(v === 'contour' ? null : v)} />
      }
    >
      <div ref={root} className="flex flex-wrap gap-x-4 gap-y-2">
        <WaferMap
          title={`Measured, ${name}`}
          input={measured}
          kind={kind}
          scale={values}
          size={size}
          selected={site}
          onSelect={setSite}
        />
        {fit && residual && residuals ? (
          <>
            <WaferMap
              title={`Fit, ${name}`}
              input={fit}
              kind={kind}
              scale={values}
              size={size}
              selected={site}
              onSelect={setSite}
            />
            <WaferMap
              title={`Residual, ${name}`}
              input={residual}
              kind={kind}
              scale={residuals}
              size={size}
              selected={site}
              onSelect={setSite}
            />
          </>
        ) : null}
      </div>
    </Panel>
  );
}

const GAP = 16;

function LotPanel({ d }: { d: WaferView }) {
  const { head } = d;
  const [kindText] = useUrlState('map');
  const scale = useMemo(
    () =>
      sharedScale(
        'viridis',
        d.lot.map((m) => m.value),
        { limits: { lower: head.lsl, upper: head.usl } },
      ),
    [d.lot, head],
  );
  const digits = decimalsFor((scale.max - scale.min) / 100);
  const items = useMemo(
    () =>
      d.lot.map((m) => ({
        id: m.id,
        href: `/wafers/${m.id}`,
        title: waferName(m.lot, m.slot),
        caption: `mean ${num(m.mean, digits)}`,
        input: mapInput(m),
      })),
    [d.lot, digits],
  );
  return (
    <Panel title="The lot" note={`${d.lot.length} measured wafers of ${head.lot} on one scale`}>
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <WaferGallery items={items} kind={mapKind(kindText)} scale={scale} selectedId={head.id} />
        </div>
        <ScaleBar scale={scale} unit={unitLabel(head.unit)} width={220} />
      </div>
    </Panel>
  );
}
