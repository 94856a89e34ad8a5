import type { WaferGroup } from '@/lib/services/wafers/views/list';
import { inUnit, toCsv } from '@/lib/ui/csv';
import { unitLabel } from '@/lib/ui/format';

/** The wafers of a gallery, one per row; the values themselves, even where the maps show differences. */
export function galleryCsv(d: WaferGroup): string {
  const targetOf = new Map(d.targets.map((t) => [t.product, t.target]));
  const unit = unitLabel(d.tiles[0]?.unit);
  return toCsv(
    [
      'lot',
      'slot',
      'product',
      'operation',
      'parameter',
      inUnit('mean', unit),
      inUnit('u of the mean', unit),
      inUnit('target', unit),
      inUnit('sigma', unit),
      'sites of the mean',
      'sites',
      'tool',
      'chamber',
      'measured at',
      'rule fired',
    ],
    d.tiles.map((t) => [
      t.lot,
      t.slot,
      t.product,
      t.operation,
      t.parameter,
      t.mean,
      t.uOf.mean,
      targetOf.get(t.product),
      t.sd,
      t.value.filter((v) => !Number.isNaN(v)).length,
      t.value.length,
      t.tool,
      t.chamber,
      new Date(t.measuredMs),
      t.isOut,
    ]),
  );
}

/** How many of the matching wafers are shown. */
export const shownOf = (d: Pick<WaferGroup, 'tiles' | 'total'>): string =>
  d.total > d.tiles.length ? `newest ${d.tiles.length} of ${d.total}` : `${d.tiles.length} wafers`;
