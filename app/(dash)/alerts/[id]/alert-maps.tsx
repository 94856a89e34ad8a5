'use client';
import Link from 'next/link';
import { useMemo } from 'react';
import type { AlertView } from '@/lib/services/evidence/alert';
import { Panel } from '@/lib/ui/components/panel';
import { decimalsFor, num, shortTime, unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { sharedScale } from '@/lib/ui/maps/colour-scale';
import { ScaleBar } from '@/lib/ui/maps/scale-bar';
import { VectorMap } from '@/lib/ui/maps/vector-map';
import { sharedArrowScale } from '@/lib/ui/maps/vector-map.prepare';
import { WaferGallery } from '@/lib/ui/maps/wafer-gallery';
import { mapInput } from '../../wafers/map-input';

type Maps = Pick<AlertView, 'bad' | 'good' | 'vectors' | 'lastGood'>;

const NO_GOOD_LOT = 'No lot on this chart was entirely in control in the 30 days before.';

/** "Last good lot A1040, 2 Nov 14:02", with its product where that differs. */
function goodWords(d: Maps, product: string | undefined): string {
  if (d.lastGood === null) return 'Last good lot';
  const other = product !== undefined && d.lastGood.product !== product ? `, of ${d.lastGood.product}` : '';
  return `Last good lot ${d.lastGood.lot}${other}, ${shortTime(d.lastGood.atMs)}`;
}

/** The wafers of the alert beside those of the last good lot, as maps on one scale or as vectors on one arrow scale. */
export function AlertMaps({ data }: { data: Maps }) {
  return data.vectors !== null ? (
    <Vectors data={data} vectors={data.vectors} />
  ) : data.bad.length > 0 ? (
    <SiteMaps data={data} />
  ) : null;
}

function SiteMaps({ data }: { data: Maps }) {
  const { bad, good } = data;
  const scale = useMemo(
    () =>
      sharedScale(
        'viridis',
        [...bad, ...good].map((m) => m.value),
      ),
    [bad, good],
  );
  const items = (list: Maps['bad'], isOut: boolean) =>
    list.map((m) => ({
      id: m.id,
      href: `/wafers/${m.id}`,
      title: waferName(m.lot, m.slot),
      caption: `mean ${num(m.mean, decimalsFor(m.sd))}, σ ${num(m.sd, decimalsFor(m.sd))}`,
      isOut,
      input: mapInput(m),
    }));
  return (
    <Panel title="Wafer maps" note={`${bad[0]?.parameter ?? ''}, one scale; against the last good lot of the chart`}>
      <div className="grid grid-cols-2 gap-4">
        <div>
          <h3 className="mb-1">This alert</h3>
          <WaferGallery items={items(bad, true)} kind="contour" scale={scale} size={112} />
        </div>
        <div>
          <h3 className="mb-1">{goodWords(data, bad[0]?.product)}</h3>
          {good.length > 0 ? (
            <WaferGallery items={items(good, false)} kind="contour" scale={scale} size={112} />
          ) : (
            <p className="text-sm text-ink-2">
              {data.lastGood === null ? NO_GOOD_LOT : 'The maps of this lot have passed the retention time.'}
            </p>
          )}
        </div>
      </div>
      <ScaleBar scale={scale} unit={unitLabel(bad[0]?.unit)} />
    </Panel>
  );
}

const VECTOR_SIZE = 320;

function Vectors({ data, vectors: { bad, good } }: { data: Maps; vectors: NonNullable<Maps['vectors']> }) {
  const scale = useMemo(() => sharedArrowScale(good === null ? [bad] : [bad, good], bad.fieldWidthMm), [bad, good]);
  return (
    <Panel
      title="Overlay vectors"
      note={`as measured, one arrow scale: → ${num(scale.legendNm, decimalsFor(scale.legendNm))} nm; against the last good lot of the chart`}
    >
      <div className="grid grid-cols-2 gap-4">
        <div>
          <h3 className="mb-1">
            This alert,{' '}
            <Link prefetch={false} className="link" href={`/overlay/${bad.id}`}>
              {waferName(bad.lot, bad.slot)}
            </Link>
          </h3>
          <VectorMap title={waferName(bad.lot, bad.slot)} input={bad} scale={scale} size={VECTOR_SIZE} />
        </div>
        <div>
          <h3 className="mb-1">
            {good === null ? (
              'Last good lot'
            ) : (
              <>
                Last good lot,{' '}
                <Link prefetch={false} className="link" href={`/overlay/${good.id}`}>
                  {waferName(good.lot, good.slot)}
                </Link>
                {`${good.product === bad.product ? '' : ` of ${good.product}`}, ${shortTime(data.lastGood?.atMs ?? good.measuredMs)}`}
              </>
            )}
          </h3>
          {good === null ? (
            <p className="text-sm text-ink-2">{NO_GOOD_LOT}</p>
          ) : (
            <VectorMap title={waferName(good.lot, good.slot)} input={good} scale={scale} size={VECTOR_SIZE} />
          )}
        </div>
      </div>
    </Panel>
  );
}
