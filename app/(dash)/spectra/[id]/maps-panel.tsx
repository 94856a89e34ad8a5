'use client';
import { useMemo, useRef } from 'react';
import type { SpectrumView } from '@/lib/services/spectra/views/spectrum';
import { Panel } from '@/lib/ui/components/panel';
import { Tabs } from '@/lib/ui/components/tabs';
import { useUrlState } from '@/lib/ui/hooks/use-url-state';
import { useWidth } from '@/lib/ui/hooks/use-width';
import { sharedScale } from '@/lib/ui/maps/colour-scale';
import { WaferMap } from '@/lib/ui/maps/wafer-map';
import { MAP_KINDS, mapInput, mapKind } from '../../wafers/map-input';

const GAP = 16;
const LARGEST = 340;

/** Every fitted parameter and the fit quality, side by side; the chosen site is marked on all of them. */
export function MapsPanel({ d, site, onSite }: { d: SpectrumView; site: number; onSite: (i: number) => void }) {
  const [kindText, setKind] = useUrlState('map');
  const kind = mapKind(kindText);
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 980);
  const maps = useMemo(
    () =>
      d.maps.map((m) => {
        const isQuality = m.parameter === 'reducedChi2';
        const input = mapInput(m.map);
        return {
          key: m.parameter,
          title: m.label,
          input: {
            ...input,
            missing: isQuality ? 'without a fit' : 'refused',
            quantity: isQuality ? 'reduced_chi2' : m.parameter,
          },
          scale: sharedScale(isQuality ? 'cividis' : 'viridis', [m.map.value]),
          hasValues: m.map.value.some((v) => Number.isFinite(v)),
        };
      }),
    [d.maps],
  );
  const columns = Math.min(maps.length, Math.max(2, Math.floor((width + GAP) / (200 + GAP))));
  const size = Math.max(180, Math.min(LARGEST, Math.floor((width - (columns - 1) * GAP) / Math.max(1, columns))));
  const refused = d.sites.filter((s) => s.status !== null && s.status !== 'accepted').length;
  return (
    <Panel
      title="Maps"
      note={`${refused > 0 ? `${refused} of ${d.sites.length} sites refused: hatched, and not charted; ` : ''}click a site or walk with the arrow keys`}
      empty={d.maps.length === 0 ? 'Not fitted yet: the maps appear with the fit, within seconds of the spectra.' : undefined}
      actions={
        <Tabs label="Kind of map" value={kind} options={MAP_KINDS} onChange={(v) => setKind(v === 'contour' ? null : v)} />
      }
    >
      <div ref={root} className="flex flex-wrap gap-x-4 gap-y-2">
        {maps.map((m) => (
          <WaferMap
            key={m.key}
            title={m.title}
            input={m.input}
            kind={m.hasValues ? kind : 'site'}
            scale={m.scale}
            size={size}
            selected={site}
            onSelect={onSite}
            showScale={m.hasValues}
          />
        ))}
      </div>
    </Panel>
  );
}
