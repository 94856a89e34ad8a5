import { transaction } from '@/lib/db';
import type { NamedRecipe } from '@/lib/formats/metrology-recipe';
import type { SpectrumRecord } from '@/lib/formats/wire';
import { certifyNew, registerRecipes } from '@/lib/services/recipes/recipes';
import { recordSpectra, SPECTRAL_STATIONS } from '@/lib/simulator';
import { as } from './as';

const HOUR = 3_600_000;
const station = SPECTRAL_STATIONS.find((s) => s.recipe.name === 'HFO2-SE')!;
const iso = (t: number) => new Date(t).toISOString();

/** One lot of KITE-45 at the HfO2 step, sent over HTTP: its runs, and the spectra of the simulated ellipsometer for a given truth. */
export function ellipsometerLot(url: string, key: string, startMs: number, lot = 'L') {
  const post = async (path: string, body: object) => {
    const res = await fetch(`${url}/api/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: res.status, body: await res.json() };
  };
  const common = (wafer: number) => ({ lot, wafer, product: 'KITE-45', layer: 'GATE', operation: 'ALD-HFO2' }) as const;
  return {
    start: () =>
      post('lots', [{ key: lot, lot, product: 'KITE-45', route: 'BEOL-1', wafers: 25, startedAt: iso(startMs - HOUR) }]),
    /** A processed wafer and its spectra of `thickness` nm a site; `spoil` may change the record before it is sent. */
    async wafer(slot: number, thickness: (site: number) => number, spoil?: (r: SpectrumRecord) => void) {
      const at = startMs + slot * HOUR;
      await post('runs', [
        {
          ...common(slot),
          key: `R${slot}`,
          tool: 'ALD-01',
          chamber: 'A',
          recipe: { name: 'ALD-HFO2.KITE-45', version: 1 },
          startedAt: iso(at),
          endedAt: iso(at + 120_000),
          setpoints: { cycles: 82 },
        },
      ]);
      const record = recordSpectra(1, station, {
        ...common(slot),
        recipe: 'HFO2-SE',
        key: `S${slot}`,
        runKey: `R${slot}`,
        measuredAt: at + HOUR / 2,
        samples: Array.from({ length: 13 }, (_, i) => [thickness(i), 1.956, 0.8]),
      });
      spoil?.(record);
      return post('spectra', [record]);
    },
  };
}

/** What a broken lamp does to a record: Psi is far off at the short wavelengths of every site. */
export function breakLamp(r: SpectrumRecord): void {
  const psi = r.channels[0]!.values as number[];
  for (let i = 0; i < psi.length; i++) psi[i]! += 3 * Math.exp(-(i % 51) / 10);
}

/** Puts metrology recipes in use, as those of a fab are. */
export async function takeRecipes(recipes: readonly NamedRecipe[]): Promise<void> {
  const made = await certifyNew(recipes);
  await transaction((tx) => registerRecipes(tx, as('ann'), made));
}
