import type { WaferGroup, WaferTile } from '@/lib/services/wafers/views/list';
import { asEntered, decimalsFor, num, shortTime, unitLabel } from '@/lib/ui/format';
import { groupBy } from '@/lib/ui/group';
import { type ColourScale, sharedScale } from '@/lib/ui/maps/colour-scale';
import { mixOfTargets, mixWords } from '@/lib/ui/maps/mixed-targets';
import type { WaferMapInput } from '@/lib/ui/maps/wafer-map.prepare';
import { mapInput } from './map-input';

export interface GalleryItem {
  id: string;
  href: string;
  title: string;
  /** Mean and σ of its sites. */
  caption: string;
  /** Product and chamber, time measured: for a picture, which does not show the head of the lot. */
  facts: string[];
  isOut: boolean;
  input: WaferMapInput;
}

export interface Gallery {
  unit: string;
  /** One for all maps, so that they can be compared. */
  scale: ColourScale;
  rangeWords: string;
  lots: { lot: string; head: WaferTile; chambers: string; items: GalleryItem[] }[];
  /** Whether a specification's limits can be the colour range, and whether they are. */
  hasLimits: boolean;
  fromLimits: boolean;
  /** Whether products of different targets are shown, and whether as differences from them. */
  targetsDiffer: boolean;
  isDelta: boolean;
}

/** Maps of one quantity by lot with their common colour range: of the data, from LSL to USL, or of the differences from each product's target. */
export function prepareGallery(d: WaferGroup, range: string | null): Gallery {
  const { specification: spec } = d;
  const hasLimits = spec !== null && spec.lsl !== null && spec.usl !== null;
  const fromLimits = hasLimits && range === 'limits';
  const mixed = mixOfTargets(d.targets);
  const isDelta = mixed === 'differ' && range !== 'values';
  const shown = isDelta ? lessTarget(d) : d.tiles;
  const values = shown.map((t) => t.value);
  const scale = isDelta
    ? sharedScale('diverging', values, { centre: 0 })
    : sharedScale('viridis', values, { limits: { lower: spec?.lsl ?? null, upper: spec?.usl ?? null }, fromLimits });
  const digits = decimalsFor((scale.max - scale.min) / 100);
  const unit = unitLabel(d.tiles[0]?.unit);
  const specified = hasLimits ? `; specification ${asEntered(spec.lsl)} to ${asEntered(spec.usl)}` : '';
  return {
    unit,
    scale,
    rangeWords: `all maps ${num(scale.min, digits)} to ${num(scale.max, digits)} ${unit}${specified}${mixWords(mixed, isDelta, d.targets, unit)}`,
    lots: [...groupBy(shown, (t) => t.lot)].map(([lot, tiles]) => ({
      lot,
      head: tiles[0]!,
      chambers: chambersOf(tiles),
      items: tiles.map((t) => itemOf(t, digits)),
    })),
    hasLimits,
    fromLimits,
    targetsDiffer: mixed === 'differ',
    isDelta,
  };
}

function lessTarget(d: WaferGroup): WaferTile[] {
  const targetOf = new Map(d.targets.map((t) => [t.product, t.target]));
  return d.tiles.map((t) => {
    const target = targetOf.get(t.product) ?? 0;
    return { ...t, mean: t.mean - target, value: t.value.map((v) => v - target) };
  });
}

const itemOf = (t: WaferTile, digits: number): GalleryItem => ({
  id: t.id,
  href: `/wafers/${t.id}`,
  title: `slot ${t.slot}`,
  caption: `${num(t.mean, digits)}, σ ${num(t.sd, digits)}`,
  facts: [[t.product, t.tool, t.chamber].filter(Boolean).join(' · '), `${shortTime(t.measuredMs)} UTC`],
  isOut: t.isOut,
  input: mapInput(t),
});

/** Up to three chambers by name, else the number of wafers. */
function chambersOf(tiles: readonly WaferTile[]): string {
  const names = [...new Set(tiles.flatMap((t) => (t.tool ? [`${t.tool} ${t.chamber ?? ''}`.trim()] : [])))];
  return names.length > 0 && names.length <= 3 ? names.join(', ') : `${tiles.length} wafers`;
}
