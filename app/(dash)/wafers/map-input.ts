import type { SiteMap } from '@/lib/services/wafers/views/site-maps';
import { unitLabel } from '@/lib/ui/format';
import type { MapKind, WaferMapInput } from '@/lib/ui/maps/wafer-map.prepare';

/** A site map as input of the map components; `value` replaces the measured values (a fit, a residual). */
export const mapInput = (m: SiteMap, value: Float64Array = m.value): WaferMapInput => ({
  x: m.x,
  y: m.y,
  value,
  u: value === m.value ? (m.u ?? undefined) : undefined,
  unit: unitLabel(m.unit),
  radiusMm: m.radiusMm,
  edgeExclusionMm: m.edgeExclusionMm,
  die: m.die,
});

export const MAP_KINDS: readonly { value: MapKind; label: string }[] = [
  { value: 'contour', label: 'Contour' },
  { value: 'die', label: 'Dies' },
  { value: 'site', label: 'Sites' },
];

export const mapKind = (text: string | null): MapKind => (text === 'site' || text === 'die' ? text : 'contour');
