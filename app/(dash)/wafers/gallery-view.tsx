'use client';
import { useMemo } from 'react';
import type { WaferGroup } from '@/lib/services/wafers/views/list';
import { ExportMenu } from '@/lib/ui/components/export-menu';
import { Panel } from '@/lib/ui/components/panel';
import { Tabs } from '@/lib/ui/components/tabs';
import { useExports } from '@/lib/ui/components/use-exports';
import { shortTime } from '@/lib/ui/format';
import { useUrlState } from '@/lib/ui/hooks/use-url-state';
import { type DrawnTile, galleryDrawing } from '@/lib/ui/maps/gallery-drawing';
import { gridUrl } from '@/lib/ui/maps/grid-url';
import { ScaleBar } from '@/lib/ui/maps/scale-bar';
import { scaleBarDrawing } from '@/lib/ui/maps/scale-bar.prepare';
import { waferGeometry } from '@/lib/ui/maps/wafer-draw';
import { WaferGallery } from '@/lib/ui/maps/wafer-gallery';
import { type MapKind, prepareWaferMap } from '@/lib/ui/maps/wafer-map.prepare';
import { waferMapDrawing } from '@/lib/ui/maps/wafer-svg';
import type { Palette } from '@/lib/ui/tokens';
import { type Gallery, prepareGallery } from './gallery.prepare';
import { galleryCsv, shownOf } from './gallery-csv';
import { MAP_KINDS, mapKind } from './map-input';

/** Size of a map in an exported picture, and of the picture, px. */
const TILE = 120;
const PICTURE = 1040;

/** Maps grouped by lot on one colour range, which is printed; the specification as the range on request. */
export function GalleryView({ data: d, isLot }: { data: WaferGroup; isLot: boolean }) {
  const [kindText] = useUrlState('map');
  const [range] = useUrlState('scale');
  const kind = mapKind(kindText);
  const m = useMemo(() => prepareGallery(d, range), [d, range]);
  const newest = d.tiles.reduce<number | null>((t, tile) => Math.max(t ?? 0, tile.measuredMs), null);
  return (
    <Panel title={`${d.operation} ${d.parameter}`} asOf={newest} note={shownOf(d)} actions={<Controls d={d} m={m} kind={kind} />}>
      <div className="flex items-center gap-3 mb-2">
        <ScaleBar scale={m.scale} unit={m.unit} width={320} />
        <span className="text-sm text-ink-2">{m.rangeWords}</span>
      </div>
      <div className={isLot ? '' : 'grid grid-cols-2 2xl:grid-cols-3 gap-x-6 gap-y-3'}>
        {m.lots.map((l) => (
          <section key={l.lot} aria-label={`Lot ${l.lot}`} className="min-w-0 border-t border-hairline pt-1">
            <h3 className="flex gap-3 font-normal!">
              <b className="text-ink">{l.lot}</b>
              <span>{l.head.product}</span>
              <span>{l.chambers}</span>
              <span className="ml-auto">{`${shortTime(l.head.measuredMs)} UTC`}</span>
            </h3>
            <WaferGallery items={l.items} kind={kind} scale={m.scale} />
          </section>
        ))}
      </div>
    </Panel>
  );
}

/** The colour range, the kind of map, and the export of all maps as a picture. */
function Controls({ d, m, kind }: { d: WaferGroup; m: Gallery; kind: MapKind }) {
  const [, setKind] = useUrlState('map');
  const [, setRange] = useUrlState('scale');
  const exports = useExports({
    title: `${d.operation} ${d.parameter}`,
    unit: m.unit,
    csv: () => galleryCsv(d),
    csvLabel: 'CSV of the wafers',
    facts: [['shown', shownOf(d)]],
    notes: () => [m.rangeWords, 'below each map: mean and σ of its sites'],
    draw: (palette) => ({
      drawing: galleryDrawing(drawnTiles(m, kind, palette), PICTURE, palette),
      legend: scaleBarDrawing(m.scale, m.unit, 320, palette),
    }),
  });
  return (
    <>
      {m.hasLimits ? (
        <Tabs
          label="Colour range"
          value={m.fromLimits ? 'limits' : 'data'}
          options={[
            { value: 'data', label: 'Range of the data' },
            { value: 'limits', label: 'LSL to USL' },
          ]}
          onChange={(v) => setRange(v === 'limits' ? v : null)}
        />
      ) : null}
      {m.targetsDiffer ? (
        <Tabs
          label="Colour range"
          value={m.isDelta ? 'delta' : 'values'}
          options={[
            { value: 'delta', label: 'Minus the target' },
            { value: 'values', label: 'Values' },
          ]}
          onChange={(v) => setRange(v === 'values' ? v : null)}
        />
      ) : null}
      <Tabs label="Kind of map" value={kind} options={MAP_KINDS} onChange={(v) => setKind(v === 'contour' ? null : v)} />
      <ExportMenu items={exports} />
    </>
  );
}

const drawnTiles = (m: Gallery, kind: MapKind, palette: Palette): DrawnTile[] =>
  m.lots.flatMap((l) =>
    l.items.map((t) => {
      const map = prepareWaferMap(t.input, kind, m.scale, 48);
      const g = waferGeometry(TILE, t.input.radiusMm);
      const drawing = waferMapDrawing(map, g, palette, map.grid ? gridUrl(map.grid, m.scale) : null);
      return { title: `${l.lot}, ${t.title}`, caption: t.caption, facts: t.facts, isOut: t.isOut, drawing };
    }),
  );
