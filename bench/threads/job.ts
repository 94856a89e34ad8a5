import type { SpectrumJob } from '@/lib/services/spectra/fit-spectra';
import { recordSpectra, SPECTRAL_STATIONS } from '@/lib/simulator';

const T0 = Date.UTC(2026, 7, 3);
const SITES = 13;

/** A wafer of 13 sites from an ellipsometer of the simulated fab, as the spectra stage gives it to a thread. */
export function spectrumJob(wafer: number): SpectrumJob {
  const station = SPECTRAL_STATIONS[0]!;
  const { content } = station.recipe;
  const middle = content.parameters.map((p) => p.value);
  const record = recordSpectra(1, station, {
    recipe: station.recipe.name,
    key: `wafer-${wafer}`,
    runKey: `wafer-${wafer}-run`,
    lot: 'B1',
    wafer: 1,
    product: 'KITE-45',
    layer: 'GATE',
    operation: station.recipe.operation,
    measuredAt: T0,
    samples: Array.from({ length: SITES }, (_, i) => middle.map((v, j) => (j === 0 ? v * (1 + 0.002 * i) : v))),
  });
  const recorded = record.channels.map((c) => (Array.isArray(c.values) ? c.values : []));
  const points = recorded[0]!.length / SITES;
  const values = new Float32Array(SITES * record.channels.length * points);
  for (const [k, list] of recorded.entries())
    for (const [at, v] of list.entries()) {
      const site = Math.floor(at / points);
      values[(site * record.channels.length + k) * points + (at % points)] = v!;
    }
  return {
    recipeId: station.recipe.name,
    version: 1,
    recipe: content,
    truncation: null,
    axisId: 'a',
    axis: station.axis,
    channels: content.channels.map((c) => record.channels.findIndex((r) => r.name === c.name)),
    sent: record.channels.length,
    sites: SITES,
    values,
    sigma: null,
    surrogate: null,
  };
}
