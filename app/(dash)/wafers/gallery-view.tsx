'use client';
import { useMemo } from 'react';
import type { WaferGroup, WaferTile } from '@/lib/services/views/wafers';
import { ExportMenu } from '@/lib/ui/components/export-menu';
import { Panel } from '@/lib/ui/components/panel';
import { Tabs } from '@/lib/ui/components/tabs';
import { useExports } from '@/lib/ui/components/use-exports';
import { asEntered, decimalsFor, num, shortTime, unitLabel } from '@/lib/ui/format';
import { groupBy } from '@/lib/ui/group';
import { useUrlState } from '@/lib/ui/hooks/use-url-state';
import { sharedScale } from '@/lib/ui/maps/colour-scale';
import { galleryDrawing } from '@/lib/ui/maps/gallery-drawing';
import { gridUrl } from '@/lib/ui/maps/grid-url';
import { mixOfTargets, mixWords } from '@/lib/ui/maps/mixed-targets';
import { ScaleBar } from '@/lib/ui/maps/scale-bar';
import { scaleBarDrawing } from '@/lib/ui/maps/scale-bar.prepare';
import { waferGeometry } from '@/lib/ui/maps/wafer-draw';
import { WaferGallery } from '@/lib/ui/maps/wafer-gallery';
import { prepareWaferMap } from '@/lib/ui/maps/wafer-map.prepare';
import { waferMapDrawing } from '@/lib/ui/maps/wafer-svg';
import { galleryCsv, shownOf } from './gallery-csv';
import { MAP_KINDS, mapInput, mapKind } from './map-input';

/** A map in a picture of many, and the picture, px. */
const TILE = 120;
const PICTURE = 1040;

/** Maps grouped by lot on one colour range, which is printed; the specification as the range on request. */
export function GalleryView({ data: d, isLot }: { data: WaferGroup; isLot: boolean }) {
  const [kindText, setKind] = useUrlState('map');
  const [range, setRange] = useUrlState('scale');
  const kind = mapKind(kindText);
  const { specification: spec } = d;
  const hasLimits = spec !== null && spec.lsl !== null && spec.usl !== null;
  const fromLimits = hasLimits && range === 'limits';
  const mixed = mixOfTargets(d.targets);
  const isDelta = mixed === 'differ' && range !== 'values';
  const targetOf = useMemo(() => new Map(d.targets.map((t) => [t.product, t.target])), [d.targets]);
  const shown = useMemo(
    () =>
      d.tiles.map((t) => {
        const target = isDelta ? (targetOf.get(t.product) ?? 0) : 0;
        return { ...t, mean: t.mean - target, value: isDelta ? t.value.map((v) => v - target) : t.value };
      }),
    [d.tiles, isDelta, targetOf],
  );
  const scale = useMemo(
    () =>
      sharedScale(
        isDelta ? 'diverging' : 'viridis',
        shown.map((t) => t.value),
        isDelta ? { centre: 0 } : { limits: { lower: spec?.lsl ?? null, upper: spec?.usl ?? null }, fromLimits },
      ),
    [shown, spec, fromLimits, isDelta],
  );
  const digits = decimalsFor((scale.max - scale.min) / 100);
  const lots = useMemo(
    () =>
      [...groupBy(shown, (t) => t.lot)].map(([lot, tiles]) => ({
        lot,
        head: tiles[0]!,
        mean: tiles.reduce((s, t) => s + t.mean, 0) / tiles.length,
        items: tiles.map((t) => ({
          id: t.id,
          href: `/wafers/${t.id}`,
          title: `slot ${t.slot}`,
          caption: `${num(t.mean, digits)}, σ ${num(t.sd, digits)}`,
          isOut: t.isOut,
          input: mapInput(t),
        })),
      })),
    [shown, digits],
  );
  const newest = d.tiles.reduce<number | null>((m, t) => Math.max(m ?? 0, t.measuredMs), null);
  const unit = unitLabel(d.tiles[0]?.unit);
  const specified = hasLimits ? `; specification ${asEntered(spec.lsl)} to ${asEntered(spec.usl)}` : '';
  const rangeWords = `all maps ${num(scale.min, digits)} to ${num(scale.max, digits)} ${unit}${specified}${mixWords(mixed, isDelta, d.targets, unit)}`;
  const exports = useExports({
    title: `${d.operation} ${d.parameter}`,
    unit,
    csv: () => galleryCsv(d),
    csvLabel: 'CSV of the wafers',
    facts: [['shown', shownOf(d)]],
    notes: () => [rangeWords, 'below each map: mean and σ of its sites'],
    draw: (palette) => {
      const tiles = lots.flatMap((l) =>
        l.items.map((t) => {
          const map = prepareWaferMap(t.input, kind, scale, 48);
          const g = waferGeometry(TILE, t.input.radiusMm);
          const drawing = waferMapDrawing(map, g, palette, map.grid ? gridUrl(map.grid, scale) : null);
          return { title: `${l.lot}, ${t.title}`, caption: t.caption, isOut: t.isOut, drawing };
        }),
      );
      return { drawing: galleryDrawing(tiles, PICTURE, palette), legend: scaleBarDrawing(scale, unit, 320, palette) };
    },
  });
  return (
    <Panel
      title={`${d.operation} ${d.parameter}`}
      asOf={newest}
      note={shownOf(d)}
      actions={
        <>
          {hasLimits ? (
            <Tabs
              label="Colour range"
              value={fromLimits ? 'limits' : 'data'}
              options={[
                { value: 'data', label: 'Range of the data' },
                { value: 'limits', label: 'LSL to USL' },
              ]}
              onChange={(v) => setRange(v === 'limits' ? v : null)}
            />
          ) : null}
          {mixed === 'differ' ? (
            <Tabs
              label="Colour range"
              value={isDelta ? 'delta' : 'values'}
              options={[
                { value: 'delta', label: 'Less the target' },
                { value: 'values', label: 'Values' },
              ]}
              onChange={(v) => setRange(v === 'values' ? v : null)}
            />
          ) : null}
          <Tabs label="Kind of map" value={kind} options={MAP_KINDS} onChange={(v) => setKind(v === 'contour' ? null : v)} />
          <ExportMenu items={exports} />
        </>
      }
    >
      <div className="flex items-center gap-3 mb-2">
        <ScaleBar scale={scale} unit={unit} width={320} />
        <span className="text-sm text-ink-2">{rangeWords}</span>
      </div>
      <div className={isLot ? '' : 'grid grid-cols-2 2xl:grid-cols-3 gap-x-6 gap-y-3'}>
        {lots.map((l) => (
          <section key={l.lot} aria-label={`Lot ${l.lot}`} className="min-w-0 border-t border-hairline pt-1">
            <h3 className="flex gap-3 font-normal!">
              <b className="text-ink">{l.lot}</b>
              <span>{l.head.product}</span>
              <span>
                {chambers(
                  l.items.length,
                  d.tiles.filter((t) => t.lot === l.lot),
                )}
              </span>
              <span className="ml-auto">{shortTime(l.head.measuredMs)}</span>
            </h3>
            <WaferGallery items={l.items} kind={kind} scale={scale} />
          </section>
        ))}
      </div>
    </Panel>
  );
}

function chambers(n: number, tiles: readonly WaferTile[]): string {
  const names = [...new Set(tiles.flatMap((t) => (t.tool ? [`${t.tool} ${t.chamber ?? ''}`.trim()] : [])))];
  return names.length > 0 && names.length <= 3 ? names.join(', ') : `${n} wafers`;
}
